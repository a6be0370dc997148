"""Readings and the claims' numbers, on curves whose answers are known."""

import math
from types import SimpleNamespace

import numpy
import pytest

from experiments.finite_sum import numbers
from experiments.finite_sum.readings import best_of_grid, floors, log_slope, updates_to
from experiments.finite_sum.step_rules import AVERAGED, DECREASING, lecture_steps, times

CONSTANTS = {
    "smoothness": 2.0,
    "strong_convexity": 0.5,
    "start_gap": 1.0,
    "distance": 2.0,
    "noise_at_minimum": 1.2,
    "curvature_at_minimum": 0.6,
}


class Reading(SimpleNamespace):
    """Arrays made by hand in place of a run's."""

    name, batch, optimum_variance = "logistic/0", 2, 0.6
    constants = CONSTANTS

    def array(self, name):
        return numpy.asarray(getattr(self, name), dtype=numpy.float64)


def with_floors(level, rates=(0.4, 0.02, 0.01), **arrays):
    values = {
        "floors_rates": rates,
        "floors_level": level,
        "floors_error": 0.01 * numpy.ones((4, len(rates))),
        "floors_level_error": 0.001 * numpy.ones(len(rates)),
        "floors_quadratic": level,
        "floors_exact": level,
        "floors_second_moment": 0.8 * numpy.ones(len(rates)),
        "floors_variance": 0.7 * numpy.ones(len(rates)),
        "floors_gradient": 0.1 * numpy.ones(len(rates)),
        "floors_steps": [0, 10, 100, 1000],
        "floors_mean": numpy.full((4, len(rates)), 0.001),
    }
    return Reading(**{**values, **arrays})


def decreasing(**gaps):
    steps = numpy.array([0, 1, 10, 400, 1000, 4000, 20_000.0])
    columns = [
        gaps.get(name, lambda k: 1 / (k + 1e-9))(numpy.maximum(steps, 1)) for name in DECREASING
    ]
    return Reading(
        decreasing_steps=steps,
        decreasing_mean=numpy.stack(columns, 1),
        decreasing_second_moment=numpy.ones(len(DECREASING)),
    )


def test_updates_to_interpolates_in_the_log_of_the_gap():
    gaps = 10.0 ** -numpy.arange(6)
    found = updates_to(gaps, numpy.array([10**-2.5, 1.0001e-5, 1e-9, 5.0]))
    numpy.testing.assert_allclose(found, [2.5, 5, numpy.nan, 0], atol=1e-4)
    spaced = updates_to(gaps, numpy.array([10**-2.5]), 100.0 * numpy.arange(6))
    numpy.testing.assert_allclose(spaced, [100 * (2 * 3) ** 0.5])


def test_log_slope_fits_a_power_and_leaves_out_what_has_no_logarithm():
    x = numpy.array([0, 1, 2, 4, 8.0])
    y = numpy.array([5, 3, 3 * 2**-1.5, 3 * 4**-1.5, numpy.inf])
    assert log_slope(x, y) == pytest.approx(-1.5)
    assert log_slope(numpy.array([1.0, 2.0]), numpy.array([1.0, 4.0])) == pytest.approx(2)
    assert math.isnan(log_slope(numpy.array([1.0, 2.0]), numpy.array([-1.0, 4.0])))


def test_floors_stand_beside_every_formula():
    found = floors(with_floors([0.1, 0.003, 0.0015]))
    numpy.testing.assert_allclose(found.leading, [0.06, 0.003, 0.0015])
    numpy.testing.assert_allclose(found.slide, 2 * 0.8 * found.rates / 2)
    numpy.testing.assert_allclose(found.slide_at_optimum, 2 * 0.6 * found.rates / 2)
    numpy.testing.assert_allclose(found.corrected, 2 * 0.7 * found.rates / 2 / (1 - found.rates))
    assert math.isnan(floors(with_floors([1, 1], rates=(0.5, 1.5))).corrected[1])


def test_linear_floors_have_slope_one_and_no_error():
    reading = with_floors([0.5, 0.003, 0.0015])
    assert numbers.floor_slope(reading) == pytest.approx(1)
    assert numbers.leading_order_error(reading) == pytest.approx(0)
    assert numbers.leading_order_error(with_floors([0.5, 0.0033, 0.0015])) == pytest.approx(0.1)
    assert numbers.optimum_variance_excess(reading) == pytest.approx((0.5 - 0.24) / 0.001)
    assert numbers.looseness(reading) == pytest.approx(0.008 / 0.0015)
    assert numbers.exact_floor_error(reading) == 0


def test_one_point_above_a_bound_is_found():
    reading = with_floors([0.1, 0.003, 0.0015])
    assert numbers.second_moment_ratio(reading) < 1
    assert numbers.variance_ratio(reading) < 1
    mean = reading.floors_mean.copy()
    mean[1, 2] = 2.0
    above = with_floors([0.1, 0.003, 0.0015], floors_mean=mean)
    assert numbers.second_moment_ratio(above) > 1
    assert numbers.variance_ratio(above) > 1
    too_large = with_floors([1.0], rates=(1.1,), floors_mean=mean[:, 2:])
    assert math.isnan(numbers.second_moment_ratio(too_large))


def test_the_gradient_norm_bound():
    reading = with_floors([0.1], rates=(0.4,))
    assert numbers.gradient_norm_ratio(reading) == pytest.approx(0.1 / (2 / 400 + 0.8 * 0.7))


def test_slopes_and_exponents_of_powers():
    reading = decreasing(inverse_sqrt=lambda k: k**-0.5)
    assert numbers.lecture_slope(reading) == pytest.approx(-1)
    assert numbers.inverse_sqrt_slope(reading) == pytest.approx(-0.5)
    assert numbers.strong_exponent(reading) == pytest.approx(1, abs=1e-3)
    assert numbers.decreasing_ratio(reading) == pytest.approx(1 / (2 / 0.5))
    assert numbers.momentum_difference(reading) == 0
    slower = decreasing(nesterov=lambda k: 1.3 / k)
    assert numbers.momentum_difference(slower) == pytest.approx(0.3)


def test_a_geometric_gap_costs_the_same_every_decade_and_a_power_ten_times_more():
    k = numpy.arange(400)
    gaps = numpy.stack([0.9**k, 0.5**k, 0.5**k], 1)
    reading = Reading(deterministic_gaps=gaps)
    assert numbers.decade_quotient(reading) == pytest.approx(1)
    assert numbers.nesterov_gain(reading) == pytest.approx(math.log(0.5) / math.log(0.9))
    with pytest.raises(numbers.NotDecided, match="did not get to 1e-12"):
        numbers.decade_quotient(Reading(deterministic_gaps=gaps[:100]))
    power = Reading(deterministic_gaps=numpy.stack([1 / (1.0 + k)] * 2, 1))
    assert numbers.convex_exponent(power) == pytest.approx(1, abs=0.05)


def test_deterministic_bounds_are_checked_at_every_update():
    k = numpy.arange(30.0)
    good = numpy.stack([0.5 * 0.75**k, 0.5 * 0.5**k, 0.5**k], 1)
    convex = numpy.stack([2 / (k + 1), 4 / (k + 1) ** 2, k], 1)
    ratio = numbers.deterministic_ratio(
        Reading(deterministic_gaps=convex), Reading(deterministic_gaps=good)
    )
    assert 0.4 < ratio < 1
    convex[20, 1] = 1.0
    worse = numbers.deterministic_ratio(
        Reading(deterministic_gaps=convex), Reading(deterministic_gaps=good)
    )
    assert worse == pytest.approx(21**2 / 16)


def averages(constant, inverse, inverse_sqrt, last=1.0):
    k = numpy.array([0, 1, 10, 100, 1000, 10_000.0])
    mean = numpy.stack([rule(numpy.maximum(k, 1)) for rule in (constant, inverse, inverse_sqrt)], 1)
    bound = 4 * mean
    bound[0] = numpy.nan
    return Reading(
        averages_steps=k,
        averages_mean=mean,
        averages_last=numpy.full_like(mean, last),
        averages_bound=bound,
    )


def test_numbers_of_averages():
    assert list(AVERAGED) == ["constant", "inverse", "inverse_sqrt"]
    reading = averages(lambda k: 1 / k, lambda k: 0 * k + 1, lambda k: k**-0.5)
    assert numbers.averaged_ratio(reading, reading) == pytest.approx(0.25)
    assert numbers.averaging_gain(reading) == pytest.approx(1e4)
    assert numbers.stalled_slope(reading) == pytest.approx(-1)
    stalled = averages(lambda k: numpy.maximum(1 / k, 1e-3), lambda k: k, lambda k: k)
    assert numbers.stalled_slope(stalled) == pytest.approx(0)
    assert numbers.short_steps_loss(reading, reading) == pytest.approx(100)
    assert numbers.averaged_exponent(reading) == pytest.approx(2, abs=0.05)


def test_replacement_and_descent():
    level = numpy.array([[2.0, 1.9], [1.0, 0.55]])
    predicted = numpy.array([[2.0, 1.96], [1.0, 0.5]])
    reading = Reading(
        replacement_level=level, replacement_predicted=predicted, descent_slack=[[1, -0.2], [3, 4]]
    )
    assert numbers.replacement_difference(reading) == pytest.approx(0.05)
    assert numbers.least_slack(reading) == -0.2


def test_tuned_methods_need_an_interior_step():
    final = numpy.full((1, 3, 9), 5.0)
    final[0, 0, 3], final[0, 1, 4], final[0, 2, 7] = 4, 2, 1
    rates = numpy.arange(27.0).reshape(3, 9)
    reading = Reading(adagrad_mean=final, adagrad_rates=rates)
    assert numbers.adagrad_quotient(reading) == pytest.approx(0.5)
    gaps, steps, is_interior = best_of_grid(reading)
    assert (gaps.tolist(), steps.tolist()) == ([4, 2, 1], [3, 13, 25])
    assert is_interior.all()
    final[0, 1, 8] = math.nan
    final[0, 2, 8] = 0.5
    with pytest.raises(numbers.NotDecided, match="edge of its grid"):
        numbers.adagrad_quotient(Reading(adagrad_mean=final, adagrad_rates=rates))


def test_step_rules():
    k = numpy.arange(3.0)
    numpy.testing.assert_allclose(lecture_steps(k, 2.0), [1 / 4, 3 / 16, 5 / 36])
    rule = DECREASING["heavy_ball"]
    numpy.testing.assert_allclose(rule.rates(k, 2.0) / (1 - rule.momentum), lecture_steps(k, 2.0))
    assert times(100, 4) == [0, 1, 5, 22, 100]
