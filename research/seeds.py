"""Named seeds: every use of randomness has a purpose, and every purpose its own seed.

So a change in how one purpose draws (one more dropout layer, say) leaves the others as they were.
"""

import hashlib


def derive(seed: int, purpose: str, index: int = 0) -> int:
    """A seed of 63 bits for one purpose, for example the order of epoch 7.

    Args:
        seed: the seed of the run.
        purpose: what is drawn, for example "initialisation" or "order".
        index: which of many draws of that purpose.

    Returns:
        The first 63 bits of SHA-256 over the three: independent of platform and Python's hash seed.
    """
    digest = hashlib.sha256(f"{seed}/{purpose}/{index}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
