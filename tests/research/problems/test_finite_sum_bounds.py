"""Bounds against the recursions that they solve, and floors against enumerated batches."""

import itertools
import math

import numpy
import pytest
import torch

from research.problems import finite_sum_bounds as bounds
from research.problems.finite_sum_constants import minimiser
from research.problems.finite_sums import draw_problem
from research.problems.stationary_floors import additive_noise_floor, least_squares_floor
from research.settings.finite_sums import FiniteSumProblemSettings

A, SMOOTHNESS, MU, GAP = 0.3, 1.7, 0.6, 2.0
K = numpy.arange(200, dtype=numpy.float64)


def recursion(factor, added, updates=200):
    gaps = [GAP]
    for _ in range(updates - 1):
        gaps.append(factor * gaps[-1] + added)
    return numpy.array(gaps)


def test_the_second_moment_bound_is_above_its_recursion_and_ends_at_its_fixed_point():
    exact = recursion(1 - 2 * A * MU, SMOOTHNESS * A**2 * 1.3 / 2)
    bound = bounds.second_moment(K, A, SMOOTHNESS, MU, GAP, 1.3)
    assert (bound >= exact - 1e-12).all()
    assert bound[-1] == pytest.approx(exact[-1])


def test_the_variance_bound_is_above_its_recursion_and_ends_at_its_fixed_point():
    factor = 1 - 2 * A * MU * (1 - A * SMOOTHNESS / 2)
    exact = recursion(factor, SMOOTHNESS * A**2 * 1.3 / 2)
    bound = bounds.variance(K, A, SMOOTHNESS, MU, GAP, 1.3)
    assert (bound >= exact - 1e-12).all()
    assert bound[-1] == pytest.approx(exact[-1])
    assert bound[-1] <= SMOOTHNESS * A * 1.3 / (2 * MU)  # the simpler form, for a <= 1/L


def test_the_lectures_steps_solve_their_recursion():
    gap, smoothness, mu, g2 = 0.4, 1.7, 0.6, 1.3
    for k in range(2000):
        a = (2 * k + 1) / (2 * mu * (k + 1) ** 2)
        gap = (1 - 2 * a * mu) * gap + smoothness * a**2 * g2 / 2
        assert gap <= bounds.strongly_convex_steps(numpy.array([k + 1.0]), smoothness, mu, g2)[0]


def test_the_averaged_bound_is_the_sum_written_out():
    rates = 0.5 / numpy.sqrt(numpy.arange(6) + 1)
    got = bounds.averaged(rates, 3.0, 1.3)
    for k in range(1, 7):
        total = squares = 0.0
        for a in rates[:k]:
            total += a
            squares += a * a
        assert got[k - 1] == pytest.approx((9 + 1.3 * squares) / (2 * total))


def test_gradient_descent_on_a_parabola_meets_its_bounds():
    """f = L w^2/2 + mu v^2/2 from w = 0, v = R: the slow direction alone."""
    gaps = MU / 2 * (1 - MU / SMOOTHNESS) ** (2 * K)
    assert (gaps <= bounds.gradient_descent_strong(K, SMOOTHNESS, MU, MU / 2)).all()
    assert (gaps[1:] <= bounds.gradient_descent_convex(K, SMOOTHNESS, 1.0)[1:]).all()
    assert bounds.gradient_descent_convex(K, SMOOTHNESS, 2.0)[4] == SMOOTHNESS * 4 / 8
    assert bounds.nesterov_convex(K, SMOOTHNESS, 2.0)[4] == 2 * SMOOTHNESS * 4 / 25
    slow = bounds.nesterov_strong(K, SMOOTHNESS, MU, GAP, 1.5)
    assert slow[0] == GAP + MU * 1.5**2 / 2
    assert slow[3] / slow[2] == pytest.approx(1 - math.sqrt(MU / SMOOTHNESS))
    assert bounds.heavy_ball_rate(9.0, 1.0) == 0.25
    assert bounds.gradient_norm(K, A, SMOOTHNESS, GAP, 1.3)[10] == pytest.approx(
        2 * GAP / 3 + A * SMOOTHNESS * 1.3
    )


@pytest.mark.parametrize("batch", [1, 2, 3, 5])
def test_distinct_examples_have_the_predicted_share_of_the_variance(batch):
    numbers = numpy.random.default_rng(0).normal(size=6)
    subsets = [numpy.mean(each) for each in itertools.combinations(numbers, batch)]
    share = numpy.var(subsets) / (numpy.var(numbers) / batch)
    assert bounds.without_replacement(6, batch) == pytest.approx(share)


def test_the_additive_floor_solves_its_equation():
    random = torch.Generator().manual_seed(0)
    root = torch.randn(4, 4, generator=random, dtype=torch.float64)
    other = torch.randn(4, 4, generator=random, dtype=torch.float64)
    hessian, covariance, a = root @ root.T + torch.eye(4), other @ other.T, 0.05
    moment = torch.zeros(4, 4, dtype=torch.float64)
    for _ in range(5000):  # S = (I - aH) S (I - aH) + a^2 C
        shrink = torch.eye(4, dtype=torch.float64) - a * hessian
        moment = shrink @ moment @ shrink + a**2 * covariance
    floor = additive_noise_floor(hessian, covariance, a)
    assert floor == pytest.approx(float((hessian @ moment).trace() / 2))
    leading = bounds.leading_floor(numpy.array([1e-6]), float(covariance.trace()))[0]
    assert additive_noise_floor(hessian, covariance, 1e-6) == pytest.approx(leading, rel=1e-4)


def test_the_least_squares_floor_is_that_of_all_batches_enumerated():
    settings = FiniteSumProblemSettings(loss="squares", examples=5, features=2, mu=0.2)
    problem = draw_problem(settings, torch.Generator().manual_seed(1))
    w, a, eye = minimiser(problem), 0.1, torch.eye(2, dtype=torch.float64)
    moment = torch.zeros(2, 2, dtype=torch.float64)
    pairs = list(itertools.product(range(5), repeat=2))
    for _ in range(400):
        total = torch.zeros(2, 2, dtype=torch.float64)
        for pair in pairs:
            x, y = problem.features[list(pair)], problem.targets[list(pair)]
            hessian = x.T @ x / 2 + 0.2 * eye
            gradient = x.T @ (x @ w - y) / 2 + 0.2 * w
            shrink = eye - a * hessian
            total += shrink @ moment @ shrink + a**2 * torch.outer(gradient, gradient)
        moment = total / len(pairs)
    expected = float((problem.hessian(w) @ moment).trace() / 2)
    assert least_squares_floor(problem, w, a, 2) == pytest.approx(expected, rel=1e-10)
    assert least_squares_floor(problem, w, 5.0, 2) == math.inf
