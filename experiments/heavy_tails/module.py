"""The LightningModule of heavy tails: one point per size, method and learning rate."""

import math

import torch

from experiments.heavy_tails.descent import descend, moments
from experiments.heavy_tails.instances import draw_instance
from experiments.heavy_tails.settings import HeavyTailsSettings, Point, optimizer_settings
from research.optim.optimizers import build_optimizer
from research.training.sweep import Result, SweepModule


class HeavyTails(SweepModule):
    """Runs each method at each of its rates from the same start on the same instance.

    Metrics: `size` and `rate`, the point; `initial` and `loss`, mean losses before the first and
    after the last update (excess losses, for bigrams); `updates`; `arrived`, updates to the target
    (NaN if it was not reached or there is none). A run whose losses are not all finite at the end
    has the loss infinity. Arrays: `steps` [T], `groups` [T, G], the mean loss of each group of
    classes at these moments, frequent ones first; `classes` [C], that of each class at the end.

    Args:
        settings: the problem and the grids.
        seed: draws the instance.
    """

    settings: HeavyTailsSettings

    def __init__(self, settings: HeavyTailsSettings, seed: int = 0) -> None:
        super().__init__(settings, seed)

    def points(self) -> tuple[Point, ...]:
        """What is swept."""
        return self.settings.points()

    def compute(self, index: int, point: Point) -> Result:
        """One run; nothing is random in it but the instance."""
        del index
        settings = self.settings
        instance = draw_instance(settings.problem, point.size, self.seed, self.device)
        problem = instance.problem
        optimizer = build_optimizer(optimizer_settings(point), problem.parameters)
        path = descend(problem, optimizer, settings.steps, moments(settings.steps), settings.target)
        means = path.losses @ problem.shares.double()  # [T]
        loss = float(means[-1])
        metrics = {
            "size": point.size,
            "rate": point.rate,
            "initial": float(means[0]),
            "loss": loss if math.isfinite(loss) else math.inf,
            "updates": path.steps[-1],
            "arrived": path.arrived,
        }
        arrays = {
            "steps": torch.tensor(path.steps, dtype=torch.float64),
            "groups": instance.by_group(path.losses),
            "classes": path.losses[-1],
        }
        return Result(metrics, arrays)
