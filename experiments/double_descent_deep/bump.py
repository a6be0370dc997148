"""The shape that double descent is about: a curve that falls, rises, and falls again.

A single evaluation jumps by a point or more, because the weights do at a constant learning rate. So
a curve is smoothed by a running median before it is judged; what is left is the trend.
"""

from dataclasses import dataclass

import numpy
from numpy.typing import ArrayLike, NDArray

WINDOW = 5
"""Evaluations that a curve is smoothed over before it is judged."""

Values = NDArray[numpy.float64]


@dataclass(frozen=True)
class Bump:
    """The highest bump of a curve v: valley i < peak j < end k.

    Attributes:
        valley: index i of the least value before the peak.
        peak: index j.
        end: index k of the least value after the peak.
        rise: v[j] - v[i].
        fall: v[j] - v[k].
    """

    valley: int
    peak: int
    end: int
    rise: float
    fall: float

    @property
    def height(self) -> float:
        """How much both sides stand below the peak: the lesser of rise and fall."""
        return min(self.rise, self.fall)


def highest_bump(values: ArrayLike) -> Bump | None:
    """The indices i < j < k for which min(v[j] - v[i], v[j] - v[k]) is greatest.

    Of a curve that only falls, or only rises, the height is 0 or less. None for fewer than three
    values, or where one is NaN.
    """
    curve = numpy.asarray(values, dtype=numpy.float64)
    if len(curve) < 3 or numpy.isnan(curve).any():
        return None
    before = numpy.minimum.accumulate(curve)[:-2]
    after = numpy.minimum.accumulate(curve[::-1])[::-1][2:]
    heights = curve[1:-1] - numpy.maximum(before, after)
    peak = 1 + int(heights.argmax())
    valley, end = int(curve[:peak].argmin()), peak + 1 + int(curve[peak + 1 :].argmin())
    rise, fall = (float(curve[peak] - curve[index]) for index in (valley, end))
    return Bump(valley, peak, end, rise, fall)


def smoothed(values: ArrayLike, window: int) -> Values:
    """The median of `window` neighbours, an odd number; near an end, of fewer on both sides alike.

    The median of three and more ignores a single value that jumps.
    """
    curve = numpy.asarray(values, dtype=numpy.float64)
    last = len(curve) - 1
    reaches = [min(window // 2, index, last - index) for index in range(len(curve))]
    medians = [
        numpy.median(curve[index - reach : index + reach + 1])
        for index, reach in enumerate(reaches)
    ]
    return numpy.array(medians, dtype=numpy.float64)
