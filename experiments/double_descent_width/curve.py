"""The runs of a variant as one curve over the number of parameters, for the figures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy

from experiments.double_descent_width.naming import stop_of
from experiments.double_descent_width.readings import Floats, Reading
from experiments.double_descent_width.settings import DoubleDescentWidthSettings
from research.evidence.threshold_figure import median


@dataclass(frozen=True)
class Curve:
    """The runs of a variant, and how they are drawn.

    Attributes:
        readings: its runs; their networks are drawn together.
        name: in the legend.
        colour: of the line.
    """

    readings: Sequence[Reading]
    name: str
    colour: str

    @property
    def settings(self) -> DoubleDescentWidthSettings:
        """Those of all its runs."""
        return self.readings[0].settings

    @property
    def shares(self) -> Floats:
        """Parameters over nK, of the run that has most widths."""
        return max((each.shares for each in self.readings), key=len)

    @property
    def stops(self) -> set[float]:
        """Where a dashed line belongs: at nK, and where the reuse of weights stops."""
        return {1.0, stop_of(self.settings) or 1.0}

    def values(self, name: str) -> Floats:
        """A curve of all networks: [networks, W], NaN where a run has not come so far."""
        length = len(self.shares)
        rows = [
            numpy.pad(each.curves[name], ((0, 0), (0, length - len(each.widths))),
                      constant_values=numpy.nan)
            for each in self.readings
        ]  # fmt: skip
        return numpy.concatenate(rows)

    def around_stop(self) -> tuple[float, float] | None:
        """Median test loss of the last width that reuses weights and of the next, if measured."""
        middle = median(self.values("test_loss"))
        last = max(filter(self.settings.reuses, range(len(middle))), default=len(middle))
        if last + 1 >= len(middle) or not numpy.isfinite(middle[last : last + 2]).all():
            return None
        return float(middle[last]), float(middle[last + 1])
