"""What a learning-rate range test says: smoothed losses, and the rate they suggest.

The test raises the rate with every update. The loss first stays, then falls, and at last explodes;
a good rate lies where it falls fastest, well before the explosion.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

WINDOW = 5
"""Least number of updates on each side over which a slope is measured."""


@dataclass(frozen=True)
class Suggestion:
    """The rates that a range test points at.

    Attributes:
        steepest: where the smoothed loss falls fastest per unit of log lr: the one to take.
        lowest: where the smoothed loss is lowest: already too high, a tenth of it is a common
            choice.
    """

    steepest: float
    lowest: float


def smoothed(losses: Sequence[float], smoothing: float) -> list[float]:
    """Moving average with weight `smoothing` on the past, corrected for its start at zero.

    s_t = smoothing * s_{t-1} + (1 - smoothing) * loss_t, divided by 1 - smoothing^(t+1).
    """
    averages, average = [], 0.0
    for t, loss in enumerate(losses):
        average = smoothing * average + (1 - smoothing) * loss
        averages.append(average / (1 - smoothing ** (t + 1)))
    return averages


def end_of_test(averages: Sequence[float], stop_at: float) -> int | None:
    """The first update at which the smoothed loss is no number or `stop_at` times its lowest.

    The lowest is that of the updates before. None if there is no such update.
    """
    lowest = math.inf
    for t, average in enumerate(averages):
        if not math.isfinite(average) or average > stop_at * lowest > 0:
            return t
        lowest = min(lowest, average)
    return None


def suggest(rates: Sequence[float], averages: Sequence[float]) -> Suggestion | None:
    """The suggested rate: the steepest descent of the smoothed loss before its lowest point.

    The slope at update t is that of the least-squares line of the smoothed loss over log lr,
    through t and a twentieth of all updates on each side, at least 5. Smith (2017) reads the rates
    off the curve by eye; to take the steepest descent is our choice.

    Args:
        rates: learning rate of each update, rising.
        averages: smoothed loss of each update, all finite.

    Returns:
        None if there are too few updates, or the loss never falls.
    """
    window = max(WINDOW, len(rates) // 20)
    if len(rates) < 2 * window + 1:
        return None
    lowest = min(range(len(averages)), key=averages.__getitem__)
    logs = [math.log(rate) for rate in rates]
    slopes = {
        t: _slope(logs[t - window : t + window + 1], averages[t - window : t + window + 1])
        for t in range(window, min(lowest + 1, len(rates) - window))
    }
    if not slopes or min(slopes.values()) >= 0:
        return None
    steepest = min(slopes, key=slopes.__getitem__)
    return Suggestion(rates[steepest], rates[lowest])


def _slope(x: Sequence[float], y: Sequence[float]) -> float:
    """Slope of the least-squares line."""
    middle, height = sum(x) / len(x), sum(y) / len(y)
    spread = sum((each - middle) ** 2 for each in x)
    return sum((a - middle) * (b - height) for a, b in zip(x, y, strict=True)) / spread
