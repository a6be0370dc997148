"""Stochastic gradient descent on a finite sum: many seeds and many methods in one tensor.

A chain is one seed. All methods of a chain see the same batches, so that what differs between them
is the method. The state is [chains, methods, n].
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
import torch
from numpy.typing import NDArray
from torch import Generator, Tensor

from research.problems.finite_sums import FiniteSumProblem

BLOCK = 256
"""Updates whose batches are drawn at once."""
ADAGRAD_EPSILON = 1e-10


@dataclass(frozen=True)
class Method:
    """A rule of update, as torch.optim.SGD and torch.optim.Adagrad have it.

    v = momentum v + g; w -= a_k v, or with Nesterov's momentum w -= a_k (g + momentum v);
    AdaGrad: q += g^2, w -= a_k g / (sqrt(q) + 1e-10).

    Attributes:
        rates: a_k for k = 0 ... K-1, [K].
        momentum: factor of v.
        nesterov: whether momentum is Nesterov's.
        adagrad: whether steps are AdaGrad's; without momentum.
        start: every coordinate of w_0.
    """

    rates: NDArray[numpy.float64]
    momentum: float = 0.0
    nesterov: bool = False
    adagrad: bool = False
    start: float = 0.0


@dataclass(frozen=True)
class Batches:
    """How batches are drawn.

    Attributes:
        size: examples of a batch.
        replacement: whether a batch may hold an example twice.
        chains: independent seeds.
    """

    size: int
    replacement: bool
    chains: int


@dataclass(frozen=True)
class Observations:
    """What was seen of the chains, after as many updates as `steps` says.

    Attributes:
        steps: [times].
        values: f(w_k), [times, chains, methods].
        gradient: ||grad f(w_k)||^2, [times, chains, methods].
        variance: sigma^2 of one example at w_k, [times, chains, methods].
        averages: f at the average of w_0 ... w_{k-1} weighted by a_t, [times, chains, methods]; at
            k = 0 f(w_0). None if it was not asked for.
    """

    steps: Tensor
    values: Tensor
    gradient: Tensor
    variance: Tensor
    averages: Tensor | None


def descend(
    problem: FiniteSumProblem,
    methods: Sequence[Method],
    batches: Batches,
    observe_at: Sequence[int],
    generator: Generator,
    averages: bool = False,
) -> Observations:
    """Runs all methods on all chains.

    Args:
        problem: the finite sum.
        methods: at least one; all with the same number of rates.
        batches: how batches are drawn.
        observe_at: numbers of updates, increasing; the last is at most the number of rates.
        generator: draws the batches; on the device of the problem.
        averages: whether the weighted average of iterates is observed too.
    """
    device = problem.features.device
    rates = torch.tensor(numpy.stack([method.rates for method in methods], 1), device=device)
    state = _State(methods, batches.chains, problem, averages)
    wanted, seen = set(observe_at), []
    last = max(observe_at)
    for start in range(0, last + 1, BLOCK):
        index = draw_batches(problem.examples, batches, BLOCK, generator)
        for k in range(start, min(start + BLOCK, last + 1)):
            if k in wanted:
                seen.append(state.observe())
            if k < last:
                state.update(problem.batch_gradients(state.w, index[k - start]), rates[k])
    values, gradient, variance, *average = (
        torch.stack(column) for column in zip(*seen, strict=True)
    )
    steps = torch.tensor(sorted(wanted))
    return Observations(steps, values, gradient, variance, average[0] if average else None)


class _State:
    """Iterates, momentum, AdaGrad's sums and averages of all chains and methods.

    Velocities and sums are kept for those methods only that have them: most have neither.
    """

    def __init__(
        self, methods: Sequence[Method], chains: int, problem: FiniteSumProblem, averages: bool
    ) -> None:
        def column(numbers: Sequence[float]) -> Tensor:
            column = torch.tensor(numbers, dtype=torch.float64, device=problem.features.device)
            return column.view(1, -1, 1)

        def columns(has_it: Sequence[bool]) -> Tensor:
            return torch.tensor(has_it, device=problem.features.device).nonzero()[:, 0]

        shape = (chains, len(methods), problem.dimension)
        self.problem = problem
        self.w = column([method.start for method in methods]).expand(shape).contiguous()
        self.moving = columns([method.momentum > 0 for method in methods])
        self.momentum = column([method.momentum for method in methods if method.momentum > 0])
        self.nesterov = column([method.nesterov for method in methods if method.momentum > 0])
        self.velocity = torch.zeros_like(self.w[:, self.moving])
        self.adaptive = columns([method.adagrad for method in methods])
        self.squares = torch.zeros_like(self.w[:, self.adaptive])
        self.average = self.w.clone() if averages else None
        self.weight = torch.zeros_like(column([0.0] * len(methods)))

    def update(self, gradients: Tensor, rates: Tensor) -> None:
        """One update of everything; rates [methods]. Overwrites the gradients."""
        a = rates.view(1, -1, 1)
        if self.average is not None:
            self.weight += a
            self.average += a / self.weight * (self.w - self.average)
        if len(self.moving):
            own = gradients[:, self.moving]
            self.velocity.mul_(self.momentum).add_(own)
            ahead = torch.addcmul(own, self.momentum, self.velocity)
            gradients[:, self.moving] = torch.lerp(self.velocity, ahead, self.nesterov)
        if len(self.adaptive):
            own = gradients[:, self.adaptive]
            self.squares.addcmul_(own, own)
            gradients[:, self.adaptive] = own / (self.squares.sqrt() + ADAGRAD_EPSILON)
        self.w.addcmul_(a, gradients, value=-1)

    def observe(self) -> tuple[Tensor, ...]:
        """f, ||grad f||^2, sigma^2 and, if wanted, f at the average; each [chains, methods]."""
        seen = (self.problem.values(self.w), *self.problem.noise(self.w))
        return seen if self.average is None else (*seen, self.problem.values(self.average))


def draw_batches(examples: int, batches: Batches, count: int, generator: Generator) -> Tensor:
    """Indices of `count` batches of every chain: [count, chains, size].

    Without replacement a batch is a uniformly random subset, by Floyd's method: for j = m-b ... m-1
    take a number of 0 ... j, or j itself if that one is taken already.
    """
    shape = (count, batches.chains)

    def draw(below: int, *more: int) -> Tensor:
        return torch.randint(below, (*shape, *more), generator=generator, device=generator.device)

    if batches.replacement:
        return draw(examples, batches.size)
    chosen = torch.empty((*shape, batches.size), dtype=torch.int64, device=generator.device)
    is_taken = torch.zeros((*shape, examples), dtype=torch.bool, device=generator.device)
    for place, j in enumerate(range(examples - batches.size, examples)):
        number = draw(j + 1, 1)
        number = torch.where(is_taken.gather(-1, number), j, number)
        is_taken.scatter_(-1, number, True)
        chosen[..., place : place + 1] = number
    return chosen
