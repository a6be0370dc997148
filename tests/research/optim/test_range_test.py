"""What a range test reads off a curve, on curves whose answer is known."""

import math

import numpy
import pytest

from research.optim.range_test import end_of_test, smoothed, suggest


def rates(updates=101):
    return [10 ** (-6 + 6 * t / (updates - 1)) for t in range(updates)]


def test_smoothing_is_the_weighted_mean_of_all_losses():
    losses = [3.0, 1.0, 4.0, 1.0, 5.0]
    weights = 0.7 ** numpy.arange(4, -1, -1)
    found = smoothed(losses, 0.7)
    assert found[-1] == pytest.approx(float((weights * losses).sum() / weights.sum()))
    assert found[0] == 3
    assert smoothed(losses, 0.0) == losses


def test_the_steepest_descent_of_a_logistic_curve_is_its_middle():
    """loss = 1/(1 + exp(5 (x + 3))), x = log10 lr, has its inflection at lr = 1e-3."""
    losses = [1 / (1 + math.exp(5 * (math.log10(rate) + 3))) for rate in rates()]
    found = suggest(rates(), losses)
    assert found.steepest == pytest.approx(1e-3)
    assert found.lowest == pytest.approx(1)


def test_a_fall_after_the_lowest_point_does_not_count():
    """The loss explodes to 9 and comes back: that fall is the steepest, and means nothing."""
    x = [math.log10(rate) for rate in rates(61)]
    losses = [1 - 0.2 * (each + 6) if each < -1.99 else 9 - 4 * (each + 2) for each in x]
    found = suggest(rates(61), losses)
    assert found.lowest == pytest.approx(1e-2)
    assert found.steepest < 1e-2


def test_no_suggestion_without_a_fall():
    assert suggest(rates(), [1.0 + t for t in range(101)]) is None
    assert suggest(rates(), [1.0] * 101) is None
    assert suggest(rates(10), [1.0 - t / 10 for t in range(10)]) is None


def test_where_the_test_ends():
    assert end_of_test([3.0, 1.0, 2.0, 3.9], 4) is None
    assert end_of_test([3.0, 1.0, 2.0, 4.1, 0.1], 4) == 3
    assert end_of_test([3.0, math.nan, 1.0], 4) == 1
    assert end_of_test([3.0, 1.0, math.inf], 4) == 2
    assert end_of_test([], 4) is None
