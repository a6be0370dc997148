"""The network: one search of one sampler, every trial a training."""

from dataclasses import dataclass
from typing import Any, cast

import numpy
import torch
from torch import Tensor
from torch.nn import functional as F

from experiments.random_search.searching import (
    Floats,
    Point,
    Space,
    adaptive_search,
    drawn_points,
    grid_points,
    grid_sizes,
)
from experiments.random_search.settings import SEARCHED, NetworkSettings
from research.data.images import Images
from research.data.loader import IndexLoader
from research.models.mlp import MLP
from research.optim.optimizers import build_optimizer
from research.seeds import derive
from research.settings.models import MLPSettings
from research.settings.optimizers import HeavyBallSettings
from research.settings.search import ADAPTIVE, SamplerName


@dataclass(frozen=True)
class NetworkSearch:
    """What one search found.

    Attributes:
        tried: the searched settings in the order of `SEARCHED`, [trials, 4].
        errors: share of the validation images that are classified wrongly, [trials].
        diverged: trials whose loss was no finite number at the end; they guess.
        shift: decades by which this search's learning rates were shifted.
    """

    tried: Floats
    errors: Floats
    diverged: int
    shift: float


class NetworkObjective:
    """Trains a network for every point, always on the same images.

    Args:
        settings: the training.
        splits: the images, flat: "train" and "validation".
        classes: of the images.
    """

    def __init__(self, settings: NetworkSettings, splits: dict[str, Images], classes: int) -> None:
        self.settings = settings
        self.train, self.validation = splits["train"], splits["validation"]
        self.classes = classes

    def search(self, sampler: SamplerName, trials: int, seed: int, repeat: int) -> NetworkSearch:
        """One search; a grid has its largest size that is no more than `trials`.

        The learning rates' interval is shifted by the same random number of decades for all
        samplers of a repeat, and trial i of each begins from the same seed.
        """
        shift, space = self._shifted(seed, repeat)
        losses: list[float] = []

        def evaluate(point: Point) -> float:
            start = derive(seed, f"network of repeat {repeat}", len(losses))
            error, loss = self.error(point, start)
            losses.append(loss)
            return error

        points_seed = derive(seed, f"search by {sampler}", repeat)
        if sampler in ADAPTIVE:
            tried = adaptive_search(space, sampler, trials, points_seed, evaluate, "minimize")
            points, errors = [point for point, _ in tried], [error for _, error in tried]
        else:
            points = _known_points(space, sampler, trials, points_seed)
            errors = [evaluate(point) for point in points]
        return NetworkSearch(
            tried=numpy.array([[point[name] for name in SEARCHED] for point in points], float),
            errors=numpy.array(errors),
            diverged=sum(not numpy.isfinite(loss) for loss in losses),
            shift=shift,
        )

    def error(self, point: Point, seed: int) -> tuple[float, float]:
        """The validation error of a network trained at a point, and its validation loss.

        A network whose loss is not finite counts as one that guesses: (classes - 1)/classes.
        """
        torch.manual_seed(seed)
        images, labels = self.train["images"], self.train["labels"]
        model = MLP(MLPSettings(widths=(point["hidden"],)), images[0].numel(), self.classes)
        model.to(images.device)
        optimizer = build_optimizer(
            HeavyBallSettings(**{name: point[name] for name in SEARCHED if name != "hidden"}), model
        )
        order = IndexLoader(len(labels), self.settings.batch_size, seed, device=images.device)
        for _ in range(self.settings.steps):
            batch, _ = order.next()
            optimizer.zero_grad()
            torch.autograd.backward(F.cross_entropy(model(images[batch]), labels[batch]))
            optimizer.step()
        return self._judged(model)

    @torch.no_grad()
    def _judged(self, model: MLP) -> tuple[float, float]:
        logits: Tensor = model(self.validation["images"])
        loss = float(F.cross_entropy(logits, self.validation["labels"]))
        if not numpy.isfinite(loss):
            return (self.classes - 1) / self.classes, loss
        return float((logits.argmax(1) != self.validation["labels"]).double().mean()), loss

    def _shifted(self, seed: int, repeat: int) -> tuple[float, Space]:
        """The decades of a repeat's shift, and what it searches."""
        generator = numpy.random.default_rng(derive(seed, "shift of the learning rates", repeat))
        shift = float(generator.uniform(-1, 1)) * self.settings.shift_decades
        domains = self.settings.domains
        lr = domains["lr"]
        moved: dict[str, Any] = {"low": cast(float, lr.low) * 10**shift}
        moved["high"] = cast(float, lr.high) * 10**shift
        domains["lr"] = lr.model_copy(update=moved)
        return shift, {name: (domain,) for name, domain in domains.items()}


def _known_points(space: Space, sampler: SamplerName, trials: int, seed: int) -> list[Point]:
    if sampler == "grid":
        return grid_points(space, len(grid_sizes(len(space), trials)))
    return drawn_points(space, "random" if sampler == "random" else "qmc", trials, seed)
