"""Per-example losses at points of weight space: the plain way, which the fast ones are held to.

Every point is computed from the stored origin and directions, never from its neighbour, with the
network's own forward pass, in its own batch split. At the origin itself the losses are those of the
untouched network to the bit.
"""

from collections.abc import Sequence
from typing import Protocol

import torch
from torch import Tensor

from research.landscape.batch_norm import estimate_statistics, statistics_names
from research.landscape.dropout import draw_masks, switch_on
from research.landscape.objective import Objective
from research.landscape.vectors import Direction
from research.landscape.weights import Lent, Weights, lent, moved
from research.settings.landscape import BatchNormPolicy

Coordinates = Sequence[Sequence[float]]
"""Points, one coordinate per direction each."""


class Evaluator(Protocol):
    """Measures at points origin + sum_i c_i direction_i.

    Attributes:
        path: how it computes, "plain" for the network's own forward pass.
    """

    path: str

    def __call__(self, coordinates: Coordinates) -> dict[str, Tensor]:
        """By name of the measure, [points, examples]."""


class PlainEvaluator:
    """Places the weights of one point after the other in the network and runs it.

    The network is lent for each call only, and is as it was afterwards. See `plain_evaluator`.
    """

    path = "plain"

    def __init__(
        self,
        objective: Objective,
        origin: Weights,
        directions: Sequence[Direction],
        statistics: Objective | None = None,
        dropout_seed: int | None = None,
    ) -> None:
        self._objective = objective
        self._origin = origin
        self._directions = directions
        self._statistics = statistics
        self._dropout_seed = dropout_seed

    @torch.no_grad()
    def __call__(self, coordinates: Coordinates) -> dict[str, Tensor]:
        """By name of the measure, [points, examples]."""
        with lent(self._objective.model) as network:
            found = [self._at(network, point) for point in coordinates]
        return {name: torch.stack([each[name] for each in found]) for name in found[0]}

    def _at(self, network: Lent, point: Sequence[float]) -> dict[str, Tensor]:
        """The measures at one point, [examples] each."""
        network.place(moved(self._origin, self._directions, point))
        if self._statistics is not None:
            estimate_statistics(self._statistics)
        if self._dropout_seed is not None:
            switch_on(network.model)
        parts: dict[str, list[Tensor]] = {}
        for number, batch in enumerate(self._objective.batches()):
            if self._dropout_seed is not None:
                draw_masks(self._dropout_seed, number)
            for name, values in self._objective.measures(network.model, batch).items():
                parts.setdefault(name, []).append(values)
        if self._dropout_seed is not None:
            network.model.eval()
        return {name: torch.cat(values) for name, values in parts.items()}


def plain_evaluator(
    objective: Objective,
    origin: Weights,
    directions: Sequence[Direction],
    *,
    batch_norm: BatchNormPolicy = "frozen",
    statistics: Objective | None = None,
    dropout_seed: int | None = None,
) -> PlainEvaluator:
    """An evaluator that runs the network as it is.

    Args:
        objective: the network and the examples.
        origin: the point with coordinates 0.
        directions: what the coordinates are along.
        batch_norm: what becomes of running statistics: `frozen`, those of the network at all
            points; `interpolated`, they are part of origin and directions; `re-estimated`, they are
            measured anew at every point, the origin too.
        statistics: the examples they are measured on, with the same network; None means the
            objective's.
        dropout_seed: draws masks of dropout that are the same at all points; None for no dropout.

    Raises:
        ValueError: statistics are to be interpolated, and the origin does not have them all; or
            `statistics` is about another network.
    """
    if batch_norm == "interpolated":
        missing = sorted(statistics_names(objective.model) - set(origin))
        if missing:
            raise ValueError(
                f"the origin has no {missing[0]}, which batch norm interpolated needs:"
                " take it by weights_of(model, statistics=True)"
            )
    if statistics is not None and statistics.model is not objective.model:
        raise ValueError("statistics are measured on another network, expected the objective's own")
    measured = (statistics or objective) if batch_norm == "re-estimated" else None
    return PlainEvaluator(objective, origin, directions, measured, dropout_seed)
