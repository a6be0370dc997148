"""How an optimizer is compared with its paper: a slow, obvious transcription of the printed rule.

One file a name. It defines

- `CASES`: the settings that are compared, each with the tolerance it needs;
- `trajectory(settings, problem, weights, factor)`: yields the weights after update t = 1, 2, ...
  The learning rate of update t is settings.lr * factor(t), as under a schedule.

The problem is a matrix and a vector, in float64, and not quadratic. Its gradients are written down
by hand, so a reference shares nothing with autograd or with the optimizer that it judges.
"""

import importlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import get_args

import torch
from torch import Tensor, nn

from research.optim.optimizers import build_optimizer, needs_closure
from research.settings.optimizers import BaseOptimizerSettings, OptimizerSettings

Weights = list[Tensor]
Factor = Callable[[int], float]

STEPS = 50
CLASSES = {
    kind.model_fields["name"].default: kind for kind in get_args(get_args(OptimizerSettings)[0])
}


@dataclass(frozen=True)
class Case:
    """Settings to compare, the largest difference allowed, and why where it is more than 1e-12."""

    settings: BaseOptimizerSettings
    tolerance: float = 1e-12
    why: str = ""


class Problem:
    """mean log cosh(X W + b - Y) + 0.01 sum W^4 of a [6, 4] matrix W and a [4] vector b."""

    def __init__(self) -> None:
        generator = torch.Generator().manual_seed(0)

        def normal(*shape: int) -> Tensor:
            return torch.randn(*shape, dtype=torch.float64, generator=generator)

        self.inputs = normal(20, 6)
        self.targets = 2 * normal(20, 4)
        self.start = [normal(6, 4), normal(4)]

    def loss(self, weights: Weights) -> Tensor:
        matrix, vector = weights
        residuals = self.inputs @ matrix + vector - self.targets
        return residuals.cosh().log().mean() + 0.01 * (matrix**4).sum()

    def gradients(self, weights: Weights) -> Weights:
        """By hand: d log cosh r = tanh r."""
        matrix, vector = weights
        slopes = torch.tanh(self.inputs @ matrix + vector - self.targets) / self.targets.numel()
        return [self.inputs.T @ slopes + 0.04 * matrix**3, slopes.sum(dim=0)]


def factor(t: int) -> float:
    """A schedule that an optimizer must follow: it warms up, then falls once."""
    return min(t / 5, 1.0) if t <= 30 else 0.4


def references() -> dict[str, object]:
    """The reference of every optimizer that has one, by name."""
    found = {}
    for name in CLASSES:
        try:
            found[name] = importlib.import_module(f"tests.research.optim.references.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"tests.research.optim.references.{name}":
                raise
    return found


def optimized(settings: BaseOptimizerSettings, problem: Problem) -> Iterator[Weights]:
    """The weights after every update of the optimizer itself, with gradients from autograd."""
    weights = [nn.Parameter(start.clone()) for start in problem.start]
    optimizer = build_optimizer(settings, weights)
    rates = [group["lr"] for group in optimizer.param_groups]

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = problem.loss(weights)
        torch.autograd.backward(loss)
        return loss

    for t in range(1, STEPS + 1):
        for group, rate in zip(optimizer.param_groups, rates, strict=True):
            group["lr"] = rate * factor(t)
        if needs_closure(optimizer):
            optimizer.step(closure)
        else:
            closure()
            optimizer.step()
        yield [parameter.detach().clone() for parameter in weights]


def largest_difference(settings: BaseOptimizerSettings, reference: object) -> tuple[float, float]:
    """Between optimizer and reference over all updates; and how far the weights went."""
    problem = Problem()
    weights = [start.clone() for start in problem.start]
    expected = reference.trajectory(settings, problem, weights, factor)
    worst = moved = 0.0
    for found, right in zip(optimized(settings, problem), expected, strict=False):
        for one, other, start in zip(found, right, problem.start, strict=True):
            worst = max(worst, float((one - other).abs().nan_to_num(nan=torch.inf).max()))
            moved = max(moved, float((one - start).abs().max()))
    return worst, moved
