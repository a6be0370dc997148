"""The lines and planes of a run: around which weights, along which directions, of which images.

The directions are drawn from the run's seed and the names of the weights: variants of one seed
share their noise, and every tensor has numbers of its own.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations

from experiments.loss_landscape.naming import MATCHED, line_name, plane_name
from experiments.loss_landscape.settings import LossLandscapeSettings
from research.image_task import ImageTask
from research.landscape.directions import (
    cosine,
    directions_from,
    orthogonalised,
    random_direction,
)
from research.landscape.objective import Objective, task_objective
from research.landscape.plan import SurfacePlan, planned
from research.landscape.weights import Weights, flatten
from research.seeds import derive
from research.settings.landscape import SurfaceSettings
from research.settings.sweep import SweepSettings
from research.training.landscape import LandscapeModule

BLOCK = 64
"""Points that are measured between two writes to disk: a second or two."""


def build_surfaces(
    settings: LossLandscapeSettings,
    seed: int,
    task: ImageTask,
    points: Mapping[str, Weights],
    losses: Mapping[str, float],
) -> LandscapeModule:
    """The sweep over all lines and planes.

    At the point with a matched training loss there are lines of the training loss only.

    Args:
        settings: of the experiment.
        seed: of the run.
        task: images and network.
        points: weights by name.
        losses: training losses that are known of them, kept beside the surfaces.
    """
    builder = _Surfaces(settings, seed, task)
    plans = [
        plan
        for point, origin in points.items()
        for plan in builder.around(point, origin, losses.get(point))
    ]
    return LandscapeModule(plans, SweepSettings(), seed, block=BLOCK)


class _Surfaces:
    """Plans of one run; all of them are of the same network and images."""

    def __init__(self, settings: LossLandscapeSettings, seed: int, task: ImageTask) -> None:
        self.settings, self.seed, self.task = settings, seed, task
        self._objectives: dict[tuple[str, int | None, int], Objective] = {}

    def around(self, point: str, origin: Weights, loss: float | None) -> Iterator[SurfacePlan]:
        """The lines, then the planes, around one point."""
        about: dict[str, object] = {
            "point": point,
            "training_loss": loss,
            "weights": len(flatten(origin)),
            "cosines_of_noise": self._cosines_of_noise(origin),
        }
        splits = ("train",) if point == MATCHED else self.settings.lines.splits
        for split in splits:
            for index in range(self.settings.directions):
                lines = self._with_seed(self.settings.lines, index)
                yield planned(
                    line_name(point, split, index),
                    self._objective(split, lines),
                    lines,
                    origin=origin,
                    notes={**about, "split": split},
                )
        if point == MATCHED:
            return
        for split in self.settings.planes.splits:
            yield self._plane(point, split, origin, {**about, "split": split})

    def _plane(
        self, point: str, split: str, origin: Weights, about: Mapping[str, object]
    ) -> SurfacePlan:
        settings = self.settings.planes
        wanted = [self._with_seed(settings, index).directions for index in range(2)]
        first, second = (directions_from(one, origin, 1, self.task.model)[0] for one in wanted)
        if settings.directions.orthogonal:
            second = orthogonalised(second, first)
        drawn = settings.directions.model_dump() | {"seed": [one.seed for one in wanted]}
        return planned(
            plane_name(point, split),
            self._objective(split, settings),
            settings,
            origin=origin,
            directions=(first, second),
            notes={**drawn, **about},
        )

    def _with_seed(self, settings: SurfaceSettings, index: int) -> SurfaceSettings:
        drawn = settings.directions.model_copy(update={"seed": self._direction_seed(index)})
        return settings.model_copy(update={"directions": drawn})

    def _direction_seed(self, index: int) -> int:
        return derive(self.seed, "line", index)

    def _objective(self, split: str, settings: SurfaceSettings) -> Objective:
        """Images of a split: one subset for all surfaces of as many examples."""
        key = split, settings.examples, settings.batch_size
        if key not in self._objectives:
            data = self.task.splits[split]
            self._objectives[key] = task_objective(
                self.task, data, settings.examples, settings.batch_size
            )
        return self._objectives[key]

    def _cosines_of_noise(self, origin: Weights) -> list[float]:
        """Of every pair of directions before normalisation, which a claim is about."""
        noise = [
            random_direction(
                origin,
                derive(self._direction_seed(index), "direction", 0),
                normalisation="none",
                vectors="normalised",
                model=self.task.model,
            )
            for index in range(self.settings.directions)
        ]
        return [cosine(first, second) for first, second in combinations(noise, 2)]
