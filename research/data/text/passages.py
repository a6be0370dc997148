"""Passages: what a text is made of before it is cut into tokens.

A passage is a line of a file or a whole docstring: whatever ends with a token of its own, <eos>.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

Split = Literal["spaces", "words"]
"""How words are told apart: where spaces are, or as runs of letters and single other signs."""


@dataclass(frozen=True)
class Corpus:
    """The two parts of a text.

    Attributes:
        train: passages to train on, in order.
        validation: passages that are held out.
        split: how their words are told apart; sets that are published as tokens have spaces.
    """

    train: Sequence[str]
    validation: Sequence[str]
    split: Split = "words"

    def lower(self) -> "Corpus":
        """The same in small letters; <unk> stays as it is."""
        train, validation = (
            [passage.lower() for passage in part] for part in (self.train, self.validation)
        )
        return replace(self, train=train, validation=validation)

    def sha256(self) -> str:
        """Checksum of both parts; where passages end counts too."""
        digest = hashlib.sha256()
        for part in (self.train, self.validation):
            for passage in part:
                content = passage.encode()
                digest.update(f"{len(content)}:".encode())
                digest.update(content)
            digest.update(b"|")
        return digest.hexdigest()
