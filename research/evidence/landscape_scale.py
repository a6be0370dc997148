"""One scale of colour and height for several surfaces, so that they can be compared by eye.

Losses of trained networks span orders of magnitude: where the largest is many times the smallest,
a linear scale shows a wall and a flat floor, so the scale is logarithmic there.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy
from matplotlib.colors import LogNorm, Normalize
from matplotlib.ticker import LogLocator, MaxNLocator
from numpy.typing import ArrayLike, NDArray

Values = NDArray[numpy.float64]
COLOURS = "viridis"
"""Even in lightness, and readable to the colour-blind."""
WIDE = 30.0
"""Largest over smallest value from which a scale is logarithmic, where nobody says."""


class Grid(Protocol):
    """A surface, as far as a drawing needs to know it."""

    @property
    def axes(self) -> Sequence[Values]:
        """The coordinates along each direction: [nx] and [ny]."""

    @property
    def loss(self) -> Values:
        """The loss at (axes[0][i], axes[1][j]), [nx, ny]; NaN where nothing is known."""


@dataclass(frozen=True)
class Scale:
    """From values to heights and colours.

    Attributes:
        low: least value that has a colour of its own.
        high: largest one; what lies beyond the two is drawn as they are.
        log: whether equal ratios, not equal differences, look alike.
    """

    low: float
    high: float
    log: bool = False

    def levels(self, count: int = 10) -> Values:
        """About so many round numbers within the scale, rising: at most three times as many."""
        if not self.log:
            found = MaxNLocator(count, steps=[1, 2, 2.5, 5, 10]).tick_values(self.low, self.high)
        else:
            decades = math.log10(self.high / self.low)
            factors = next(few for few in _FACTORS if len(few) >= min(count / decades, 9))
            found = LogLocator(subs=factors, numticks=10_000).tick_values(self.low, self.high)
            if len(factors) == 1:
                found = found[:: max(1, round(decades / count))]
        rounded = numpy.asarray(found, dtype=numpy.float64)
        return rounded[(rounded >= self.low) & (rounded <= self.high)]

    def texts(self, levels: ArrayLike) -> list[str]:
        """Levels in words, with as many digits as it takes to tell them apart."""
        values = numpy.asarray(levels, dtype=numpy.float64).tolist()
        if self.log:
            return [f"{value:,.0f}" if 1e3 <= value < 1e6 else f"{value:.3g}" for value in values]
        close = 1e-6 * (self.high - self.low)
        digits = range(10)
        enough = (
            count
            for count in digits
            if all(abs(round(value, count) - value) <= close for value in values)
        )
        count = next(enough, digits[-1])
        return [f"{value:.{count}f}" for value in values]

    def shades(self, count: int = 40) -> Values:
        """So many values from low to high, evenly spaced as the eye sees them: [count]."""
        low, high = self.heights([self.low, self.high])
        return self.values(numpy.linspace(low, high, count))

    def heights(self, values: ArrayLike) -> Values:
        """Heights of values: their logarithms to base 10 on a logarithmic scale."""
        clipped = numpy.clip(numpy.asarray(values, dtype=numpy.float64), self.low, self.high)
        return numpy.log10(clipped) if self.log else clipped

    def values(self, heights: ArrayLike) -> Values:
        """The values at heights, never beyond the scale; the inverse of `heights`."""
        found = numpy.asarray(heights, dtype=numpy.float64)
        return numpy.clip(10.0**found if self.log else found, self.low, self.high)

    def norm(self) -> Normalize:
        """The same scale for matplotlib."""
        return (LogNorm if self.log else Normalize)(self.low, self.high, clip=True)


_FACTORS = (
    (1.0,),
    (1.0, 3.0),
    (1.0, 2.0, 5.0),
    (1.0, 1.5, 2.0, 3.0, 5.0, 7.0),
    tuple(float(digit) for digit in range(1, 10)),
)


def shared_scale(
    surfaces: Iterable[ArrayLike], *, log: bool | None = None, top: float | None = None
) -> Scale:
    """The scale that has room for all values of some surfaces.

    Args:
        surfaces: values of any shape; what is not finite is left out.
        log: whether it is logarithmic; None means where the largest value is many times the
            smallest. It is linear whatever is asked for where a value is not positive.
        top: no value above this has a colour of its own, for surfaces that run up a wall.
    """
    values = [numpy.ravel(numpy.asarray(each, dtype=numpy.float64)) for each in surfaces]
    found = numpy.concatenate(values) if values else numpy.zeros(0)
    found = found[numpy.isfinite(found)]
    low, high = (float(found.min()), float(found.max())) if len(found) else (0.0, 1.0)
    if top is not None and low < top < high:
        high = top
    if high - low <= 1e-12 * max(abs(low), abs(high)):  # contours need two different levels
        room = 0.5 * abs(low) or 0.5
        low, high = low - room, high + room
    if log is None:
        log = low > 0 and high / low >= WIDE
    return Scale(low, high, log and low > 0)
