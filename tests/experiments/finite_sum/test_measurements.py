"""Every measurement on a small instance, against a closed form or a slow twin."""

import numpy
import pytest
import torch

from experiments.finite_sum.deterministic import gradient_descent, heavy_ball, nesterov
from experiments.finite_sum.instance import draw_instance
from experiments.finite_sum.module import FiniteSum
from experiments.finite_sum.settings import FiniteSumSettings
from research.problems import finite_sum_bounds as bounds
from research.settings.finite_sums import FiniteSumProblemSettings


def instance(**settings):
    problem = FiniteSumProblemSettings(examples=30, features=3, **settings)
    return draw_instance(problem, 5, torch.device("cpu"))


def arrays(record, variant, name):
    (array,) = record.run(variant, 0).arrays(name).values()
    return array


def test_gradient_descent_on_a_quadratic_is_its_closed_form():
    quadratic = instance(loss="squares", mu=0.2)
    hessian = quadratic.problem.hessian(quadratic.minimum)
    eigenvalues, basis = torch.linalg.eigh(hessian)
    first = (basis.T @ quadratic.minimum).square() * eigenvalues / 2
    k = torch.arange(31).unsqueeze(1)
    shrink = (1 - eigenvalues / quadratic.constants.smoothness) ** (2 * k)
    expected = (first * shrink).sum(1)
    torch.testing.assert_close(gradient_descent(quadratic, 30), expected, atol=1e-13, rtol=0)


def test_the_heavy_ball_has_its_rate_on_a_quadratic():
    quadratic = instance(loss="squares", mu=0.05, condition=5.0)
    known = quadratic.constants
    gaps = heavy_ball(quadratic, 60, known.strong_convexity)
    rate = bounds.heavy_ball_rate(known.smoothness, known.strong_convexity)
    assert float(gaps[40] / gaps[20]) ** (1 / 20) == pytest.approx(rate, rel=0.15)
    assert heavy_ball(quadratic, 3, 0.0).isnan().all()


@pytest.mark.parametrize("mu", [0.0, 0.3])
def test_nesterov_is_its_rule_written_out(mu):
    logistic = instance(mu=0.3)
    smoothness, gradient = logistic.constants.smoothness, logistic.problem.gradients
    w = y = torch.zeros(3, dtype=torch.float64)
    t, expected = 1.0, [w]
    for _ in range(12):
        following = y - gradient(y) / smoothness
        after = (1 + (1 + 4 * t * t) ** 0.5) / 2
        beta = (t - 1) / after
        if mu:
            beta = (smoothness**0.5 - mu**0.5) / (smoothness**0.5 + mu**0.5)
        y, w, t = following + beta * (following - w), following, after
        expected.append(w)
    values = logistic.gaps(logistic.problem.values(torch.stack(expected)))
    torch.testing.assert_close(nesterov(logistic, 12, mu), values, atol=1e-13, rtol=0)


def test_the_instance_is_the_seeds_whatever_is_measured(record):
    rows = record.run("logistic", 0).metrics()
    assert len(rows) == 5
    for row in rows:
        assert row["constant/smoothness"] == rows[0]["constant/smoothness"]
    other = FiniteSum(FiniteSumSettings(), seed=1).compute(0, "descent")
    assert other.metrics["constant/smoothness"] != rows[0]["constant/smoothness"]


def test_a_point_computed_again_has_the_same_numbers():
    settings = FiniteSumSettings(measure=("descent", "descent"), chains=3)
    module = FiniteSum(settings, seed=3)
    first, again, other = (module.compute(index, "descent") for index in (0, 0, 1))
    for name, array in first.arrays.items():
        assert torch.equal(array, again.arrays[name])
    assert not torch.equal(first.arrays["descent_noise"], other.arrays["descent_noise"])


def test_the_second_moment_along_the_path_is_at_least_that_of_the_start(record):
    row = record.run("logistic", 0).metrics()[0]
    moments = arrays(record, "logistic", "floors_second_moment")
    problem = draw_instance(FiniteSumProblemSettings(), 0, torch.device("cpu")).problem
    gradient, variance = problem.noise(torch.zeros(10, dtype=torch.float64))
    assert float(variance) == pytest.approx(row["constant/noise_at_start"])
    assert (moments >= float(gradient + variance / 2) - 1e-12).all()
    assert (arrays(record, "logistic", "floors_variance") >= float(variance) / 2 - 1e-12).all()


def test_the_floor_is_the_mean_of_the_second_half(record):
    steps, mean = (arrays(record, "logistic", f"floors_{name}") for name in ("steps", "mean"))
    level = arrays(record, "logistic", "floors_level")
    numpy.testing.assert_allclose(level, mean[steps >= 30].mean(0))
    assert (arrays(record, "logistic", "floors_level_error") > 0).all()
    assert numpy.isnan(arrays(record, "logistic", "floors_exact")).all()
    assert (arrays(record, "squares", "floors_exact") > 0).all()


def test_the_descent_inequality_holds_and_would_not_without_the_error(record):
    slack, noise = (arrays(record, "logistic", f"descent_{name}") for name in ("slack", "noise"))
    smoothness = record.run("logistic", 0).metrics()[0]["constant/smoothness"]
    assert slack.shape == (2, 60)
    assert slack.min() > 0
    assert (slack - noise / smoothness / 2).min() < 0
    uphill = arrays(record, "logistic", "descent_uphill")
    assert 0 <= uphill.min() < uphill.max() <= 1


def test_the_error_of_a_batch_is_near_its_prediction(record):
    error, spread, predicted = (
        arrays(record, "logistic", f"replacement_{name}")
        for name in ("error", "error_error", "predicted")
    )
    assert (numpy.abs(error - predicted) < 5 * spread).all()
    numpy.testing.assert_allclose(predicted[:, 1] / predicted[:, 0], [198 / 199, 50 / 199])
    level = arrays(record, "logistic", "replacement_level")
    assert 0.1 < level[1, 1] / level[1, 0] < 0.5


def test_the_bound_of_averages_is_recorded_at_its_update(record):
    steps, bound = (arrays(record, "convex", f"averages_{name}") for name in ("steps", "bound"))
    assert numpy.isnan(bound[0]).all()
    known = record.run("convex", 0).metrics()[0]
    one, last = bound[1, 0], bound[-1, 0]
    assert steps[1] == 1
    g2 = 2 * (one - known["constant/distance"] ** 2 / 0.6) / 0.3
    rates = numpy.full(1000, 0.3)
    assert last == pytest.approx(bounds.averaged(rates, known["constant/distance"], g2)[-1])


def test_columns_of_the_tuned_methods_are_where_they_are_said_to_be(record):
    rates, mean = (arrays(record, "sparse", f"adagrad_{name}") for name in ("rates", "mean"))
    assert rates.shape == (3, 9)
    assert mean.shape == (5, 3, 9)
    settings = FiniteSumSettings(problem=FiniteSumProblemSettings(rarity=0.5, mu=0.01), chains=4)
    module = FiniteSum(settings.model_copy(update={"adagrad_steps": 20}), 0)
    again = module.compute(0, "adagrad")
    assert again.metrics["best/adagrad"] == pytest.approx(mean[-1, 2].min())
    assert 0 < again.metrics["nonzero"] < 1
