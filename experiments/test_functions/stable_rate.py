"""The largest stable learning rate: found by trial, not assumed.

A trial is *stable* if the loss is finite throughout and, in the last tenth of its updates, never
above where it began. On a quadratic with largest curvature L this is what theory asks for: 2/L for
gradient descent, 2 (1 + b) / L for heavy ball, 2 (1 + b) / ((1 + 2b) L) for Nesterov.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

from experiments.test_functions.settings import SearchSettings

TAIL = 0.1
"""Share of the updates, at the end, whose losses must not be above the first."""


@dataclass(frozen=True)
class Bracket:
    """What the search found.

    Attributes:
        stable: the largest rate seen to be stable; 0 if the first one tried is not.
        unstable: the smallest rate seen to be unstable above it; infinity if there is none.
    """

    stable: float
    unstable: float


def is_stable(losses: list[float], steps: int) -> bool:
    """Whether a path of losses, the first before any update, is stable as defined above.

    Args:
        losses: up to steps + 1 of them; fewer if the path was broken off.
        steps: updates that were asked for.
    """
    tail = losses[-max(1, round(TAIL * steps)) :]
    whole = len(losses) == steps + 1
    return whole and all(map(math.isfinite, losses)) and max(tail) <= losses[0]


def largest_stable_rate(stable_at: Callable[[float], bool], settings: SearchSettings) -> Bracket:
    """Goes up by `factor` until a rate is unstable, then halves the gap (in the logarithm).

    Where the stable rates are no interval, this is the end of the first one above `first`.
    """
    low, high = 0.0, settings.first
    while stable_at(high):
        low, high = high, high * settings.factor
        if low >= settings.last:
            return Bracket(low, math.inf)
    if low == 0.0:
        return Bracket(0.0, high)
    while high / low > 1 + settings.precision:
        middle = math.sqrt(low * high)
        if stable_at(middle):
            low = middle
        else:
            high = middle
    return Bracket(low, high)
