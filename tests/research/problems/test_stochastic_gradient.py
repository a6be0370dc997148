"""Many chains at once, held against torch's own optimizers one chain at a time."""

import collections
import itertools

import numpy
import pytest
import torch
from torch import nn

from research.problems.finite_sums import draw_problem
from research.problems.stochastic_gradient import Batches, Method, descend, draw_batches
from research.settings.finite_sums import FiniteSumProblemSettings

UPDATES = 300  # more than one block of batches
RATES = 0.2 / numpy.sqrt(numpy.arange(UPDATES) + 1.0)
METHODS = (
    Method(RATES),
    Method(numpy.full(UPDATES, 0.05), momentum=0.9, start=1.0),
    Method(RATES, momentum=0.8, nesterov=True),
    Method(RATES, adagrad=True, start=-0.5),
)


def generator(seed=7):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def problem():
    return draw_problem(FiniteSumProblemSettings(examples=20, features=3, mu=0.1), generator(1))


def slow_optimizer(method, weight):
    if method.adagrad:
        return torch.optim.Adagrad([weight], eps=1e-10)
    return torch.optim.SGD([weight], momentum=method.momentum, nesterov=method.nesterov)


def slow_path(problem, method, batches):
    """The iterates of one chain: [updates + 1, n]."""
    weight = nn.Parameter(torch.full((3,), method.start, dtype=torch.float64))
    optimizer = slow_optimizer(method, weight)
    path = [weight.detach().clone()]
    for rate, index in zip(method.rates, batches, strict=False):
        for group in optimizer.param_groups:
            group["lr"] = float(rate)
        optimizer.zero_grad()
        z = problem.features[index] @ weight
        losses = problem.loss.value(z, problem.targets[index])
        (losses.mean() + problem.mu / 2 * weight.square().sum()).backward()
        optimizer.step()
        path.append(weight.detach().clone())
    return torch.stack(path)


def test_every_method_and_chain_is_torchs_optimizer(problem):
    batches = Batches(2, True, chains=3)
    observe_at = [0, 1, 17, 256, UPDATES]
    seen = descend(problem, METHODS, batches, observe_at, generator(), averages=True)
    random = generator()
    index = torch.cat([draw_batches(20, batches, 256, random) for _ in range(2)])[:UPDATES]
    assert seen.steps.tolist() == observe_at
    for chain, (place, method) in itertools.product(range(3), enumerate(METHODS)):
        path = slow_path(problem, method, index[:, chain])
        expected = problem.values(path[observe_at])
        torch.testing.assert_close(seen.values[:, chain, place], expected, atol=1e-12, rtol=0)
        gradient, variance = problem.noise(path[observe_at])
        torch.testing.assert_close(seen.gradient[:, chain, place], gradient)
        torch.testing.assert_close(seen.variance[:, chain, place], variance)
        for row, k in enumerate(observe_at[1:], start=1):
            weights = torch.tensor(method.rates[:k])
            average = (weights.unsqueeze(1) * path[:k]).sum(0) / weights.sum()
            got = float(seen.averages[row, chain, place])
            assert got == pytest.approx(float(problem.values(average)), abs=1e-12)


def test_averages_are_left_out_if_not_asked_for(problem):
    seen = descend(problem, METHODS[:1], Batches(2, True, 2), [0, 5], generator())
    assert seen.averages is None
    assert seen.values.shape == (2, 2, 1)


@pytest.mark.parametrize("replacement", [True, False])
def test_every_batch_is_as_likely_as_every_other(replacement):
    drawn = draw_batches(4, Batches(2, replacement, chains=100), 300, generator())
    counts = collections.Counter(tuple(sorted(pair)) for pair in drawn.view(-1, 2).tolist())
    pairs = set(itertools.combinations(range(4), 2))
    share = 1 / 6
    if replacement:
        pairs |= {(i, i) for i in range(4)}
        share = 1 / 8
        assert counts[0, 0] / 30_000 == pytest.approx(1 / 16, abs=0.006)
    assert set(counts) == pairs
    assert counts[1, 3] / 30_000 == pytest.approx(share, abs=0.009)
    assert counts[0, 1] / 30_000 == pytest.approx(share, abs=0.009)


def test_without_replacement_all_examples_are_one_batch():
    drawn = draw_batches(6, Batches(6, False, chains=5), 3, generator())
    assert drawn.sort(-1).values.tolist() == [[list(range(6))] * 5] * 3


def test_chains_differ_and_the_generator_decides(problem):
    batches = Batches(2, True, chains=2)
    first, second = (descend(problem, METHODS[:1], batches, [9], generator()) for _ in range(2))
    assert torch.equal(first.values, second.values)
    assert not torch.equal(first.values[:, 0], first.values[:, 1])
