"""Surfaces: loss and accuracy over a line or a plane of weight space, with paired intervals.

    origin = weights_of(model)
    directions = directions_from(DirectionSettings(), origin, count=2, model=model)
    found = surface(objective, origin, directions, axes=([-1, -0.5, 0, 0.5, 1], [0, 0.5, 1]))
    found.loss[i, j]  # at origin + axes[0][i] * directions[0] + axes[1][j] * directions[1]

All points see the same examples, so noise of the sample is common to them. What is known best is
thus not the loss but its rise over the centre: `half_width` is half of a 95 % interval of that.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from research.landscape.cells import Known, statistics_of
from research.landscape.objective import Objective
from research.landscape.plan import SurfacePlan
from research.landscape.vectors import Direction
from research.landscape.weights import Weights
from research.settings.landscape import BatchNormPolicy
from research.surface import Surface


def surface(
    objective: Objective,
    origin: Weights,
    directions: Sequence[Direction],
    axes: Sequence[Sequence[float]],
    *,
    refinement: float | None = None,
    batch_norm: BatchNormPolicy = "frozen",
    statistics: Objective | None = None,
    dropout_seed: int | None = None,
    fast: bool = False,
    block: int = 16,
) -> Surface:
    """The surface around a point, in one call; the network is left as it was.

    Args:
        objective: the network and the examples.
        origin: the point with coordinates 0.
        directions: one or two.
        axes: coordinates along each direction, increasing.
        refinement: largest error of a spline that fills in points of a plane, as share of the range
            (see `research.landscape.refinement`); None measures all.
        batch_norm: what becomes of running statistics; see `plain_evaluator`.
        statistics: the examples they are measured on anew; None means the objective's.
        dropout_seed: draws masks of dropout, the same at all points; None for no dropout.
        fast: whether the structure of the network is used, for rounding differences of about 1e-7.
        block: points measured at once.

    Raises:
        ValueError: axes and directions don't fit together.
    """
    plan = SurfacePlan(
        "surface",
        objective,
        origin,
        tuple(directions),
        tuple(tuple(float(value) for value in axis) for axis in axes),
        refinement=refinement,
        batch_norm=batch_norm,
        statistics=statistics,
        dropout_seed=dropout_seed,
        fast=fast,
    )
    return measure(plan, block)


def measure(plan: SurfacePlan, block: int = 16) -> Surface:
    """The surface that a plan describes."""
    evaluator = plan.evaluator()
    centre = evaluator([plan.centre])
    known = Known(plan)
    for stage in range(len(plan.stage_sizes)):
        found = [
            (cells, statistics_of(evaluator(plan.coordinates(cells)), centre["loss"][0]))
            for cells in _blocks(known.next_cells(stage), block)
        ]
        for cells, values in found:
            known.add(cells, {name: each.cpu().numpy() for name, each in values.items()})
    return finished(plan, known, plan.description(evaluator.path))


def finished(plan: SurfacePlan, known: Known, about: Mapping[str, Any]) -> Surface:
    """The surface of what is known, all that was not measured filled in."""
    values, held_out_error = known.filled()
    axes = tuple(np.array(axis, dtype=np.float64) for axis in plan.axes)
    return Surface(plan.name, axes, values, known.measured, held_out_error, about)


def _blocks(cells: NDArray[np.int64], size: int) -> Iterator[NDArray[np.int64]]:
    for start in range(0, len(cells), size):
        yield cells[start : start + size]
