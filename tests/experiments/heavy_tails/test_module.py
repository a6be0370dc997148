"""Runs: what is observed, where they end, and that an instance does not depend on the method."""

import math

import pytest
import torch

from experiments.heavy_tails.descent import descend, moments
from experiments.heavy_tails.instances import draw_instance
from experiments.heavy_tails.module import HeavyTails
from experiments.heavy_tails.settings import (
    BigramSettings,
    HeavyTailsSettings,
    LinearSoftmaxSettings,
)

BIGRAM = BigramSettings(vocabularies=(30,), precision="float64")
CPU = torch.device("cpu")


def result(**changes):
    plain = {
        "problem": {"name": "bigram", "vocabularies": [30], "precision": "float64"},
        "rates": {"gd": [10.0]},
        "steps": 40,
        **changes,
    }
    module = HeavyTails(HeavyTailsSettings.model_validate(plain), seed=5)
    return module.compute(0, module.points()[0])


def by_hand(steps, rate=10.0):
    """Mean excess losses after 0 to `steps` updates, by the textbook's rule."""
    problem = draw_instance(BIGRAM, 30, 5, CPU).problem
    weights, shares = torch.zeros(30, 30).double(), problem.shares
    means = []
    for _ in range(steps + 1):
        q = torch.softmax(weights, 1)
        means.append(float(shares @ (problem.targets * (problem.targets / q).log()).sum(1)))
        weights = weights - rate * shares[:, None] * (q - problem.targets)
    return means


def test_gradient_descent_is_the_textbook_s():
    found, means = result(), by_hand(40)
    assert found.metrics["initial"] == pytest.approx(means[0])
    assert found.metrics["loss"] == pytest.approx(means[-1])
    assert math.isnan(found.metrics["arrived"])
    assert found.metrics["updates"] == 40
    assert found.arrays["steps"].tolist() == list(moments(40))


def test_a_run_ends_where_the_loss_is_first_at_the_target():
    means = by_hand(40)
    expected = next(step for step, mean in enumerate(means) if mean <= 0.5 * means[0])
    found = result(target=0.5)
    assert 0 < expected < 40
    assert found.metrics["arrived"] == found.metrics["updates"] == expected
    assert found.metrics["loss"] == pytest.approx(means[expected])
    assert math.isnan(result(target=1e-6).metrics["arrived"])


def test_groups_are_means_weighted_by_frequency():
    found = result()
    instance = draw_instance(BIGRAM, 30, 5, CPU)
    shares, losses = instance.problem.shares, found.arrays["classes"]
    last = found.arrays["groups"][-1]
    for group in range(len(last)):
        inside = torch.from_numpy(instance.group == group)
        expected = (shares[inside] * losses[inside]).sum() / shares[inside].sum()
        assert float(last[group]) == pytest.approx(float(expected))


def test_a_loss_that_is_not_finite_ends_a_run():
    instance = draw_instance(BIGRAM, 30, 5, CPU)
    optimizer = torch.optim.SGD(instance.problem.parameters, lr=math.inf)
    path = descend(instance.problem, optimizer, 40, moments(40))
    assert path.steps == (0, 1)
    infinite = result(problem={"name": "linear_softmax", "m": 3}, rates={"gdm": [1e38]})
    assert infinite.metrics["loss"] == math.inf
    assert infinite.metrics["updates"] < 40


def test_moments_rise_from_nothing_to_the_end():
    assert moments(1) == (0, 1)
    found = moments(500)
    assert (found[0], found[1], found[-1]) == (0, 1, 500)
    assert list(found) == sorted(set(found)) and len(found) <= 34


def test_an_instance_is_the_seed_s():
    first, again, other = (draw_instance(BIGRAM, 30, seed, CPU).problem for seed in (1, 1, 2))
    assert torch.equal(first.targets, again.targets)
    assert not torch.equal(first.targets, other.targets)
    weighted = BIGRAM.model_copy(update={"weighted_by": "context", "power": 1.0})
    flat = draw_instance(weighted, 30, 1, CPU).problem
    torch.testing.assert_close(flat.targets, first.targets)
    torch.testing.assert_close(flat.shares, torch.full((30,), 1 / 30).double())
    softmax = [
        draw_instance(LinearSoftmaxSettings(m=3), 3, seed, CPU).problem for seed in (1, 1, 2)
    ]
    assert torch.equal(softmax[0].weights, softmax[1].weights)
    assert not torch.equal(softmax[0].features, softmax[2].features)


def test_groups_of_the_linear_softmax_have_as_many_examples():
    instance = draw_instance(LinearSoftmaxSettings(m=3), 3, 0, CPU)
    assert instance.group.tolist() == [0, 1, 1, 2, 2, 2, 2]
    sums = instance.by_group(torch.ones(2, 7, dtype=torch.float64))
    torch.testing.assert_close(sums, torch.ones(2, 3).double())
