"""Finite sums, held against loops over single examples and against autograd."""

import math

import pytest
import torch

from research.problems.finite_sums import draw_problem
from research.settings.finite_sums import FiniteSumProblemSettings


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def problem(loss="logistic", seed=3, **changes):
    settings = {"examples": 12, "features": 4, "mu": 0.0 if loss == "absolute" else 0.3}
    return draw_problem(
        FiniteSumProblemSettings(loss=loss, **{**settings, **changes}), generator(seed)
    )


def points(*shape, seed=1):
    return torch.randn(shape, generator=generator(seed), dtype=torch.float64)


def loss_of_one(name, z, y):
    if name == "logistic":
        return math.log1p(math.exp(-y * z))
    return (z - y) ** 2 / 2 if name == "squares" else abs(z - y)


def slow_value(sum_, name, w):
    total = 0.0
    for x, y in zip(sum_.features.tolist(), sum_.targets.tolist(), strict=True):
        total += loss_of_one(name, sum(a * b for a, b in zip(x, w, strict=True)), y)
    return total / sum_.examples + sum_.mu / 2 * sum(a * a for a in w)


LOSSES = ("logistic", "squares", "absolute")


@pytest.mark.parametrize("name", LOSSES)
def test_values_are_those_of_a_loop(name):
    sum_, w = problem(name), points(2, 3, 4)
    expected = [[slow_value(sum_, name, point.tolist()) for point in row] for row in w]
    torch.testing.assert_close(sum_.values(w), torch.tensor(expected, dtype=torch.float64))


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_are_those_of_autograd(name):
    sum_, w = problem(name), points(5, 4).requires_grad_()
    (expected,) = torch.autograd.grad(sum_.values(w).sum(), w)
    torch.testing.assert_close(sum_.gradients(w.detach()), expected, atol=1e-14, rtol=0)


@pytest.mark.parametrize("name", ("logistic", "squares"))
def test_the_hessian_is_that_of_autograd(name):
    sum_, w = problem(name), points(4)
    expected = torch.autograd.functional.hessian(sum_.values, w)
    torch.testing.assert_close(sum_.hessian(w), expected, atol=1e-14, rtol=0)


def test_a_kink_has_no_hessian():
    with pytest.raises(ValueError, match="kink"):
        problem("absolute").hessian(points(4))


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("size", [3, 6])
def test_every_chain_has_its_own_batch(name, size):
    sum_, w = problem(name), points(2, 3, 4)
    index = torch.tensor([[0, 5, 5, 3, 8, 9], [7, 1, 2, 2, 2, 11]])[:, :size]
    got = sum_.batch_gradients(w, index)
    for chain in range(2):
        part = sum_.__class__(
            sum_.features[index[chain]], sum_.targets[index[chain]], sum_.loss, sum_.mu
        )
        torch.testing.assert_close(got[chain], part.gradients(w[chain]), atol=1e-14, rtol=0)


@pytest.mark.parametrize("name", LOSSES)
def test_the_noise_is_the_spread_of_single_gradients(name):
    sum_, w = problem(name), points(4)
    each = torch.stack(
        [
            sum_.batch_gradients(w.view(1, 1, -1), torch.tensor([[i]]))[0, 0]
            for i in range(sum_.examples)
        ]
    )
    squared, variance = sum_.noise(w)
    mean = each.mean(0)
    torch.testing.assert_close(squared, mean.square().sum())
    torch.testing.assert_close(variance, (each - mean).square().sum(1).mean())
    torch.testing.assert_close(sum_.noise_covariance(w), torch.cov(each.T, correction=0))


def test_without_a_ridge_least_squares_has_its_minimum_at_the_signs():
    sum_ = problem("squares", mu=0.0, label_noise=2.0)
    w = torch.linalg.lstsq(sum_.features, sum_.targets.unsqueeze(1)).solution[:, 0]
    torch.testing.assert_close(w.abs(), torch.ones(4, dtype=torch.float64))
    assert sum_.values(w) > 1


def test_scales_fall_to_one_over_the_condition_and_rare_features_are_rare():
    wide = problem(examples=4000, features=5, condition=1000.0)
    scales = wide.features.std(0)
    assert float(scales[0]) == pytest.approx(1, rel=0.05)
    assert float(scales[-1]) == pytest.approx(1e-3, rel=0.05)
    assert float(scales[2]) == pytest.approx(1000**-0.5, rel=0.05)
    rare = problem(examples=4000, features=5, rarity=2.0)
    present = (rare.features != 0).double().mean(0)
    torch.testing.assert_close(
        present, torch.tensor([1, 1 / 4, 1 / 9, 1 / 16, 1 / 25]).double(), atol=0.03, rtol=0
    )


def test_logistic_labels_are_signs_and_the_seed_draws_everything():
    assert set(problem().targets.tolist()) == {-1.0, 1.0}
    assert torch.equal(problem(seed=5).features, problem(seed=5).features)
    assert not torch.equal(problem(seed=5).features, problem(seed=6).features)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"loss": "absolute"}, "mu is 1.0, expected 0, because loss is absolute"),
        ({"examples": 10}, "examples is 10, expected more than the 10 features"),
        ({"mu": 0.0, "label_noise": 0.0}, "label_noise is 0.0, expected more than 0"),
    ],
)
def test_what_can_not_be_is_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        FiniteSumProblemSettings(**changes)
