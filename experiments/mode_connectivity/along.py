"""The straight line and the curve, measured point by point."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from experiments.mode_connectivity.settings import ModeConnectivitySettings
from experiments.mode_connectivity.training import build_images
from research.landscape.batch_norm import estimate_statistics, statistics_names
from research.landscape.objective import Objective, task_objective
from research.landscape.paths import Path, line
from research.landscape.planes import Plane, plane_through, project
from research.landscape.weights import Weights, lent
from research.settings.sweep import SweepSettings
from research.task import size
from research.training.sweep import Result, SweepModule

State = Mapping[str, Tensor]
"""The `state_dict` of a network."""


@dataclass(frozen=True)
class Joined:
    """Two networks and the two paths between them.

    Attributes:
        start: the `state_dict` of the first network.
        end: that of the second.
        curve: the curve that was trained.
    """

    start: State
    end: State
    curve: Path

    @property
    def line(self) -> Path:
        """The straight line between them."""
        return line(self.curve.points[0], self.curve.points[-1])

    def plane(self) -> Plane:
        """The plane through both and the middle of the curve, which lies in it if it has one bend.

        Raises:
            ValueError: the middle of the curve is on the straight line.
        """
        return plane_through(self.curve.points[0], self.curve.points[-1], self.curve.at(0.5))


class Along(SweepModule):
    """A row for every point of the straight line, then of the curve.

    `train/loss`, `train/error` and so on are of `path_examples` images of a split, with statistics
    of batch norm measured on those of training at that very point. Where there is batch norm,
    `train/loss_moved` and so on are with those of the two ends, moved along: (1 - t) times those of
    the first network and t times those of the second. `length` is how long the path is from its
    start, in distances between the networks; `x`, `y` and `off` are where the point lies in the
    plane, and how far beside it, in the same unit.

    Args:
        settings: of the experiment.
        seed: of the run; nothing is drawn.
        joined: what is measured.
    """

    def __init__(self, settings: ModeConnectivitySettings, seed: int, joined: Joined) -> None:
        super().__init__(SweepSettings(), seed)
        self.experiment = settings
        self.joined = joined

    def points(self) -> list[tuple[str, float]]:
        """Path and position of every point."""
        return [(path, t) for path in ("line", "curve") for t in self.experiment.positions]

    def setup(self, stage: str) -> None:
        """Puts the images on the device."""
        super().setup(stage)
        task = build_images(self.experiment)
        self.network = task.model.to(self.device).eval()
        wanted = self.experiment.path_examples
        batch_size = self.experiment.evaluation.batch_size
        self.objectives = {
            split: task_objective(
                task,
                {name: column.to(self.device) for name, column in examples.items()},
                wanted,
                batch_size,
            )
            for split, examples in task.splits.items()
        }
        self.statistics = statistics_names(self.network)
        self.plane = self.joined.plane()

    def compute(self, index: int, point: tuple[str, float]) -> Result:
        """Loss and error of every split at one point, and where it lies."""
        del index
        name, t = point
        path = self.joined.line if name == "line" else self.joined.curve
        weights = path.at(t)
        metrics = self._measured({key: each.to(self.device) for key, each in weights.items()}, t)
        distance = self.joined.line.length()
        nearest = project(weights, self.plane.origin, self.plane.directions)
        x, y = nearest.coordinates
        metrics |= {
            "position": t,
            "length": path.length(t) / distance,
            "distance": distance,
            "x": x,
            "y": y,
            "off": nearest.distance / distance,
        }
        return Result(metrics)

    def _measured(self, weights: Weights, t: float) -> dict[str, float]:
        """With statistics measured anew; where there are any, also with those of the ends."""
        with lent(self.network) as loan:
            loan.place(weights)
            if not self.statistics:
                return means(self.network, self.objectives)
            estimate_statistics(self.objectives["train"])
            measured = means(self.network, self.objectives)
            loan.place(self._moved_statistics(t))
            for name, value in means(self.network, self.objectives).items():
                measured[f"{name}_moved"] = value
        return measured

    def _moved_statistics(self, t: float) -> dict[str, Tensor]:
        start, end = self.joined.start, self.joined.end
        return {
            name: ((1 - t) * start[name] + t * end[name]).to(self.device)
            for name in self.statistics
        }


@torch.no_grad()
def means(network: nn.Module, objectives: Mapping[str, Objective]) -> dict[str, float]:
    """Mean loss and share of errors of every split, summed in float64: `train/loss` and so on."""
    found: dict[str, float] = {}
    for split, objective in objectives.items():
        sums = torch.zeros(2, dtype=torch.float64, device=next(network.parameters()).device)
        for batch in objective.batches():
            measures = objective.measures(network, batch)
            losses, right = measures["loss"], measures["accuracy"]
            sums += torch.stack([each.sum(dtype=torch.float64) for each in (losses, ~right)])
        loss, error = (sums / size(objective.examples)).tolist()
        found |= {f"{split}/loss": loss, f"{split}/error": error}
    return found
