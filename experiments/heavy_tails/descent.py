"""Descends a problem with an optimizer, and looks at the classes on the way."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy
import torch
from torch import Tensor, nn
from torch.optim import Optimizer

OBSERVED = 32
"""About how many moments of a run are looked at."""


class Problem(Protocol):
    """What can be descended: the whole gradient, and losses by class."""

    @property
    def shares(self) -> Tensor:
        """Frequencies of the classes in the loss, with sum 1, [C]."""

    @property
    def parameters(self) -> list[nn.Parameter]:
        """What is trained."""

    def set_gradients(self) -> Tensor:
        """Writes the gradient of the mean loss, which it returns: a number."""

    def losses(self) -> Tensor:
        """The loss of each class, [C] in float64."""


@dataclass(frozen=True)
class Path:
    """What was seen of a run.

    Attributes:
        steps: after how many updates, rising from 0; shorter if it was broken off: [T].
        losses: of each class at these moments, [T, C] in float64.
        arrived: updates until the mean loss was first at most the target; NaN if it never was, or
            there was none.
    """

    steps: tuple[int, ...]
    losses: Tensor
    arrived: float = math.nan


def moments(steps: int) -> tuple[int, ...]:
    """Updates after which classes are looked at: 0, then evenly spaced in log, and the last."""
    spaced = numpy.geomspace(1, steps, OBSERVED)
    return (0, *sorted({round(float(step)) for step in spaced}))


def descend(
    problem: Problem,
    optimizer: Optimizer,
    steps: int,
    observed: Sequence[int],
    target: float | None = None,
) -> Path:
    """Runs an optimizer on the whole gradient.

    It is broken off at an observed moment at which a loss is not finite. The mean loss is read in
    every step only where there is a target.

    Args:
        problem: at its start.
        optimizer: of the problem's parameters.
        steps: updates, at most.
        observed: moments to look at, rising; the last is `steps`.
        target: ends the run once the mean loss is this share of the first one.
    """
    seen: list[Tensor] = []
    looked: list[int] = []
    limit, left = -math.inf, list(observed)
    for step in range(steps + 1):
        mean = problem.set_gradients()
        if target is not None:
            value = float(mean)
            limit = value * target if step == 0 else limit
            if value <= limit or not math.isfinite(value):
                arrived = float(step) if value <= limit else math.nan
                return Path((*looked, step), torch.stack([*seen, problem.losses()]), arrived)
        if step == left[0]:
            left.pop(0)
            looked.append(step)
            seen.append(problem.losses())
            if not bool(seen[-1].isfinite().all()):
                break
        if step < steps:
            optimizer.step()
    return Path(tuple(looked), torch.stack(seen))
