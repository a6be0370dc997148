"""Constants against brute force, and absolute deviations against linear programming."""

import numpy
import pytest
import torch
from scipy.optimize import linprog

from research.problems.finite_sum_constants import constants, minimiser
from research.problems.finite_sums import draw_problem
from research.problems.least_absolute_deviations import least_absolute_deviations
from research.settings.finite_sums import FiniteSumProblemSettings


def generator(seed):
    return torch.Generator().manual_seed(seed)


def draw(seed=0, **settings):
    return draw_problem(FiniteSumProblemSettings(**settings), generator(seed))


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"mu": 0.01, "condition": 30.0},
        {"mu": 0.0},
        {"loss": "squares"},
        {"loss": "squares", "mu": 0.0, "condition": 1000.0},
    ],
)
def test_newton_ends_where_the_gradient_is_rounding(settings):
    problem = draw(**settings)
    w = minimiser(problem)
    assert float(problem.gradients(w).norm()) < 1e-14
    nearby = w + 1e-3 * torch.randn(50, len(w), generator=generator(1), dtype=torch.float64)
    assert bool((problem.values(nearby) > problem.values(w)).all())


def test_separable_labels_have_no_minimiser():
    problem = draw(seed=2, examples=30, mu=0.0, label_noise=1e-9)
    with pytest.raises(ValueError, match="found no minimiser; expected mu > 0"):
        minimiser(problem)


@pytest.mark.parametrize("loss", ["logistic", "squares"])
def test_every_curvature_lies_between_mu_and_l(loss):
    problem = draw(loss=loss, mu=0.1, examples=40, features=3)
    w = minimiser(problem)
    known = constants(problem, w)
    points = [3 * torch.randn(3, generator=generator(i), dtype=torch.float64) for i in range(20)]
    for point in [*points, w, torch.zeros(3, dtype=torch.float64)]:
        eigenvalues = torch.linalg.eigvalsh(
            torch.autograd.functional.hessian(problem.values, point)
        )
        assert known.strong_convexity - 1e-12 <= float(eigenvalues[0])
        assert float(eigenvalues[-1]) <= known.smoothness + 1e-12
    origin = torch.autograd.functional.hessian(problem.values, torch.zeros(3).double())
    assert known.smoothness == pytest.approx(float(torch.linalg.eigvalsh(origin)[-1]))


def test_constants_of_an_instance_done_by_hand():
    problem = draw(loss="squares", mu=0.0, examples=50, features=3, label_noise=0.5)
    known = constants(problem, minimiser(problem))
    x, y = problem.features.numpy(), problem.targets.numpy()
    w, *_ = numpy.linalg.lstsq(x, y, rcond=None)
    residual = x @ w - y
    assert known.smoothness == pytest.approx(numpy.linalg.norm(x, 2) ** 2 / 50)
    assert known.strong_convexity == pytest.approx(numpy.linalg.norm(x, -2) ** 2 / 50)
    assert known.smoothness_of_one == pytest.approx((x**2).sum(1).max())
    assert known.minimum == pytest.approx((residual**2).mean() / 2)
    assert known.start_gap == pytest.approx((y**2).mean() / 2 - (residual**2).mean() / 2)
    assert known.distance == pytest.approx(3**0.5)
    assert known.noise_at_minimum == pytest.approx((residual**2 * (x**2).sum(1)).mean())


@pytest.mark.parametrize("seed", range(6))
def test_absolute_deviations_are_as_low_as_linear_programming_gets(seed):
    problem = draw(seed, loss="absolute", mu=0.0, examples=40 + 20 * seed, features=2 + seed)
    x, y = problem.features.numpy(), problem.targets.numpy()
    m, n = x.shape
    cost = numpy.concatenate([numpy.zeros(n), numpy.full(m, 1 / m)])
    limits = numpy.block([[x, -numpy.eye(m)], [-x, -numpy.eye(m)]])
    solved = linprog(cost, limits, numpy.concatenate([y, -y]), bounds=[(None, None)] * (n + m))
    w = least_absolute_deviations(problem.features, problem.targets)
    assert float(problem.values(w)) == pytest.approx(solved.fun, abs=1e-12)
    assert int(((problem.features @ w - problem.targets).abs() < 1e-12).sum()) == n


def test_of_one_feature_it_is_the_median():
    targets = torch.tensor([5.0, -3.0, 0.5, 9.0, 1.0], dtype=torch.float64)
    w = least_absolute_deviations(torch.ones(5, 1, dtype=torch.float64), targets)
    assert w.tolist() == [1.0]


def test_dependent_features_are_refused():
    features = torch.ones(6, 2, dtype=torch.float64)
    with pytest.raises(ValueError, match="features have rank 1, expected 2"):
        least_absolute_deviations(features, torch.arange(6, dtype=torch.float64))
