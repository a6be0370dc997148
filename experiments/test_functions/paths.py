"""The path of one optimizer over one function, in float64, through the optimizer that trains."""

import math

import torch
from torch import Tensor, nn

from experiments.test_functions.settings import method_settings
from research.optim.optimizers import build_optimizer, needs_closure
from research.problems.test_functions import TestFunction

FAR = 1e12
"""A path that rises to so many times the loss it began with is broken off."""


class Path:
    """Where an optimizer went.

    Attributes:
        losses: before any update, and after each.
        points: the variables at these moments: [updates + 1, variables].
    """

    def __init__(self) -> None:
        self.losses: list[float] = []
        self.points: list[list[float]] = []

    def add(self, point: list[float], loss: float) -> None:
        """One more moment."""
        self.points.append(point)
        self.losses.append(loss)

    def tensor(self) -> Tensor:
        """[updates + 1, variables + 1]: the variables, then the loss."""
        rows = [[*point, loss] for point, loss in zip(self.points, self.losses, strict=True)]
        return torch.tensor(rows, dtype=torch.float64)


def follow(
    function: TestFunction, method: str, rate: float, steps: int, start: tuple[float, ...]
) -> Path:
    """The path of a method at a constant learning rate.

    It is broken off where the loss is no longer finite, or far above where it began. Methods that
    train in one place and are evaluated in another are shown where they are evaluated.

    Args:
        function: what is minimised.
        method: an optimizer by name.
        rate: its learning rate.
        steps: updates.
        start: where it begins.
    """
    weights = nn.Parameter(torch.tensor(start, dtype=torch.float64))
    optimizer = build_optimizer(method_settings(method, rate), [weights])
    evaluate, train = getattr(optimizer, "eval", None), getattr(optimizer, "train", None)

    def closure() -> float:
        here = weights.tolist()
        weights.grad = torch.tensor(function.gradient(*here), dtype=torch.float64)
        return float(function.value(*here))

    path = Path()
    path.add(list(start), function.value(*start))
    limit = FAR * max(abs(path.losses[0]), 1.0)
    for _ in range(steps):
        if train:
            train()
        if needs_closure(optimizer):
            optimizer.step(closure)
        else:
            closure()
            optimizer.step()
        if evaluate:
            evaluate()
        here = weights.tolist()
        path.add(here, function.value(*here))
        if not math.isfinite(path.losses[-1]) or path.losses[-1] > limit:
            break
    return path
