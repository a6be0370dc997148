"""The points of a grid that are measured so far, what comes next, and how the rest is filled in."""

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from research.landscape.plan import Cells, SurfacePlan

Values = NDArray[np.float64]

_NORMAL_95 = 1.959963984540054
"""A normal variable lies within so many deviations with a chance of 95 %."""


def statistics_of(measured: Mapping[str, Tensor], centre: Tensor) -> dict[str, Tensor]:
    """Means of points over their examples, and the paired interval of their rise, in float64.

    With d_i = loss_i(point) - loss_i(centre) over n examples: `rise` is the mean of d and
    `half_width` 1.96 std(d) / sqrt(n), NaN for one example. Both losses are of the same examples,
    so what these have in common cancels.

    Args:
        measured: by name of the measure, [points, examples].
        centre: losses at the centre, [examples].

    Returns:
        By name, [points].
    """
    points = [
        _of_one_point({name: each[row] for name, each in measured.items()}, centre.double())
        for row in range(len(measured["loss"]))
    ]  # one by one: sums over many rows at once are rounded otherwise than those over one
    return {name: torch.stack([point[name] for point in points]) for name in points[0]}


def _of_one_point(measured: Mapping[str, Tensor], centre: Tensor) -> dict[str, Tensor]:
    count = len(centre)
    found = {name: each.sum(dtype=torch.float64) / count for name, each in measured.items()}
    differences = measured["loss"].double() - centre
    found["rise"] = differences.sum() / count
    deviation = differences.std() if count > 1 else torch.full_like(found["rise"], torch.nan)
    found["half_width"] = _NORMAL_95 * deviation / count**0.5
    return found


class Known:
    """What is known of a surface.

    Args:
        plan: the surface.

    Attributes:
        measured: which points are measured, of the surface's shape.
        values: by measure, of that shape; NaN where nothing is measured.
    """

    def __init__(self, plan: SurfacePlan) -> None:
        self._plan = plan
        self.measured = np.zeros(plan.shape, dtype=bool)
        self.values: dict[str, Values] = {}

    def add(self, cells: Cells, values: Mapping[str, Values]) -> None:
        """Takes in the values of points, [k] by measure."""
        at = tuple(cells.T)
        self.measured[at] = True
        for name, each in values.items():
            if name not in self.values:
                self.values[name] = np.full(self._plan.shape, np.nan)
            self.values[name][at] = each

    def next_cells(self, stage: int) -> Cells:
        """The points of a stage, once all of the stages before are known; there may be none."""
        refinement = self._plan.refinements
        if refinement is None:
            return np.argwhere(~self.measured) if stage == 0 else np.empty((0, 0), np.int64)
        loss = self.values.get("loss", np.full(self._plan.shape, np.nan))
        return refinement.next_cells(loss, self.measured)

    def filled(self) -> tuple[dict[str, Values], float]:
        """All values, those that were not measured from a spline, and its held-out error.

        A spline of anything but the loss and its rise is cut off at the range of what was measured,
        since an accuracy can't pass 1. Half-widths are known only where something was measured.
        """
        refinement = self._plan.refinements
        if refinement is None or self.measured.all():
            return dict(self.values), 0.0
        loss = refinement.fill(self.values["loss"], self.measured)
        level = max(
            number
            for number, lattice in enumerate(refinement.levels)
            if self.measured[np.ix_(*lattice)].all()
        )
        found = {"loss": loss.values}
        for name, values in self.values.items():
            if name == "half_width":
                found[name] = values
            elif name != "loss":
                spline = refinement.predict(values, level)
                if name != "rise":
                    known = values[self.measured]
                    spline = np.clip(spline, known.min(), known.max())
                found[name] = np.where(self.measured, values, spline)
        return found, loss.held_out_error
