"""The ways to compute one plane that the benchmark of loss surfaces compares.

All look at the points where the PyPI package `loss-landscapes` 3.0.6 really evaluates. Its
`planar_interpolation` takes the end points of two directions, walks to and fro, and steps before it
evaluates: with m steps, cell [i, j] is the loss at i/m along the first and, where i is even,
(j + 1)/m, where it is odd, j/m along the second direction.
"""

import copy
import importlib
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from research.landscape.evaluation import Evaluator, plain_evaluator
from research.landscape.fast import fast_evaluator
from research.landscape.weights import moved
from scripts.bench.landscape_cases import Case

Turn = Callable[[], Tensor]
"""Computes the mean losses at all points of a turn: [points], float64, on the CPU."""


def visited(steps: int) -> list[tuple[float, float]]:
    """The coordinates of the package's cells, row by row."""
    return [
        (row / steps, (column + (row + 1) % 2) / steps)
        for row in range(steps)
        for column in range(steps)
    ]


class Package:
    """`loss_landscapes.planar_interpolation`, with its own metric, on one batch of all examples.

    It changes the model that it is given, so every turn has fresh copies, made off the clock.

    Args:
        case: the network.
        steps: m.
        channels_last: whether it is given a network and images with channels last.
    """

    def __init__(self, case: Case, steps: int, channels_last: bool) -> None:
        package = importlib.import_module("loss_landscapes")
        metrics = importlib.import_module("loss_landscapes.metrics")
        self._interpolate, self._steps = package.planar_interpolation, steps
        layout = torch.channels_last if channels_last else torch.contiguous_format
        images = case.examples["images"].contiguous(memory_format=layout)
        loss = nn.CrossEntropyLoss()
        self._metric = metrics.Loss(loss, images, case.examples["labels"])
        points = [case.origin, *(moved(case.origin, [d], [1.0]) for d in case.directions)]
        self._models = [_at(case.model, point, layout) for point in points]

    def prepare(self) -> Turn:
        """A turn on fresh copies."""
        copies = copy.deepcopy(self._models)
        return lambda: (
            torch.tensor(self._interpolate(*copies, self._metric, self._steps)).double().flatten()
        )


def _at(model: nn.Module, point: dict[str, Tensor], layout: torch.memory_format) -> nn.Module:
    result = copy.deepcopy(model)
    result.load_state_dict(point, strict=False)
    if layout is torch.channels_last:
        result.to(memory_format=layout)  # type: ignore[call-overload]
    return result


class Loop:
    """The obvious loop, as Li et al.'s code has it: every tensor anew, then batches of 128.

    Args:
        case: the network.
        points: coordinates.
    """

    def __init__(self, case: Case, points: Sequence[tuple[float, float]]) -> None:
        self._points, self._model = points, copy.deepcopy(case.model)
        self._moves = [
            (parameter, case.origin[name], *(each[name] for each in case.directions))
            for name, parameter in self._model.named_parameters()
        ]
        self._batches = [(each["images"], each["labels"]) for each in case.objective.batches()]

    def prepare(self) -> Turn:
        """A turn."""
        return self._losses

    @torch.no_grad()
    def _losses(self) -> Tensor:
        criterion, losses = nn.CrossEntropyLoss(), []
        for first, second in self._points:
            for parameter, origin, one, other in self._moves:
                parameter.data = origin + one * first + other * second
            total, count = 0.0, 0
            for images, labels in self._batches:
                total += criterion(self._model(images), labels).item() * len(labels)
                count += len(labels)
            losses.append(total / count)
        return torch.tensor(losses, dtype=torch.float64)


class Ours:
    """One of our evaluators.

    Args:
        evaluator: the evaluator.
        points: coordinates.
    """

    def __init__(self, evaluator: Evaluator, points: Sequence[tuple[float, float]]) -> None:
        self.evaluator, self._points = evaluator, points

    def prepare(self) -> Turn:
        """A turn."""
        return lambda: self.evaluator(self._points)["loss"].double().mean(dim=1).cpu()


Way = Package | Loop | Ours

LABELS = {
    "package": "loss-landscapes 3.0.6",
    "package_channels_last": "the same, given channels last",
    "loop": "plain loop, batches of 128",
    "plain": "ours, plain",
    "fast": "ours, fast",
    "compiled": "ours, fast and compiled",
    "preview": "ours, bfloat16 preview",
}


def build_way(name: str, case: Case, steps: int) -> Way:
    """A way by its name, a key of `LABELS`."""
    points = visited(steps)
    if name.startswith("package"):
        return Package(case, steps, channels_last=name == "package_channels_last")
    if name == "loop":
        return Loop(case, points)
    arguments = (case.objective, case.origin, case.directions)
    if name == "plain":
        return Ours(plain_evaluator(*arguments), points)
    return Ours(
        fast_evaluator(*arguments, compiled=name == "compiled", preview=name == "preview"), points
    )
