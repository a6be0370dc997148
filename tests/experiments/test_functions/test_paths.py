"""Paths against closed forms and loops over plain numbers; then the module that describes them."""

import math

import numpy
import pytest
import torch

from experiments.test_functions.module import TestFunctions as Sweep
from experiments.test_functions.paths import follow
from experiments.test_functions.settings import METHODS, TestFunctionsSettings
from research.problems.test_functions import TEST_FUNCTIONS

SQUARE = TEST_FUNCTIONS["square"]


def walk(function, method, rate, steps):
    return follow(function, method, rate, steps, function.start).tensor().numpy()


@pytest.mark.parametrize("rate", [0.2, 0.05, 0.5, 1.05])
def test_gradient_descent_on_a_square(rate):
    path = walk(SQUARE, "gd", rate, 40)
    expected = (1 - 2 * rate) ** numpy.arange(41)
    assert path[:, 0] == pytest.approx(expected, rel=1e-12)
    assert path[:, 1] == pytest.approx(path[:, 0] ** 2, rel=1e-14)


def test_heavy_ball_is_a_recursion():
    x, speed, expected = 1.0, 0.0, [1.0]
    for _ in range(30):
        speed = 0.9 * speed + 2 * x
        x -= 0.1 * speed
        expected.append(x)
    assert walk(SQUARE, "heavy_ball", 0.1, 30)[:, 0] == pytest.approx(expected, rel=1e-12)


def test_adam_in_two_variables():
    function = TEST_FUNCTIONS["beale"]
    place = numpy.array(function.start)
    first = second = numpy.zeros(2)
    expected = [place]
    for t in range(1, 31):
        gradient = numpy.array(function.gradient(*place))
        first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient**2
        step = first / (1 - 0.9**t) / (numpy.sqrt(second / (1 - 0.999**t)) + 1e-8)
        place = place - 0.05 * step
        expected.append(place)
    path = walk(function, "adam", 0.05, 30)
    assert path[:, :2] == pytest.approx(numpy.array(expected), rel=1e-11)
    assert path[:, 2] == pytest.approx([function.value(*each) for each in expected], rel=1e-10)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_comes_down_the_square(method):
    """At a rate that suits most; only Prodigy, which finds its own, multiplies it by one."""
    path = walk(SQUARE, method, 1.0 if method == "prodigy" else 0.05, 30)
    assert len(path) == 31
    assert path[-1, 1] < path[0, 1]


def test_there_is_no_weight_decay():
    """At the minimum, where there is no gradient, nothing moves."""
    for method in METHODS:
        path = follow(TEST_FUNCTIONS["beale"], method, 0.1, 3, (3.0, 0.5)).tensor()
        assert path[:, :2].tolist() == [[3.0, 0.5]] * 4, method


def test_schedule_free_is_shown_where_it_is_evaluated():
    """The mean of plain gradient descent's points z, each step from y = 0.1 z + 0.9 x."""
    z = x = 1.0
    expected = [1.0]
    for t in range(1, 21):
        y = 0.1 * z + 0.9 * x
        z -= 0.1 * 2 * y
        x += (z - x) / t
        expected.append(x)
    assert walk(SQUARE, "schedule_free_sgd", 0.1, 20)[:, 0] == pytest.approx(expected, rel=1e-10)


def test_adam_then_sgd_switches_between_equal_rates():
    adam, both = walk(SQUARE, "adam", 0.01, 260), walk(SQUARE, "adam_then_sgd", 0.01, 260)
    assert both[:251, 0] == pytest.approx(adam[:251, 0], rel=1e-12)
    assert both[251, 0] == pytest.approx(0.98 * both[250, 0], rel=1e-12)


def test_what_flies_off_is_broken_off():
    path = walk(TEST_FUNCTIONS["rosenbrock"], "gd", 0.1, 1000)
    assert len(path) < 20
    assert path[-1, -1] > 1e12 or not math.isfinite(path[-1, -1])
    assert (path[:-1, -1] < 1e14).all()


def test_a_point_of_the_sweep():
    settings = TestFunctionsSettings(
        function="square", methods=("adam", "gd"), rates=(0.2, 1.05), steps=60
    )
    sweep = Sweep(settings)
    assert list(sweep.points()) == ["adam", "gd"]
    result = sweep.compute(1, "gd")
    metrics, arrays = result.metrics, result.arrays
    assert metrics["largest_rate"] < 1 < metrics["unstable_rate"]
    assert set(arrays) == {"rate0", "rate1"}
    assert arrays["rate0"].shape == (61, 2)
    assert metrics["rate0/arrived"] == math.ceil(math.log(1e-6) / 2 / math.log(0.6)) == 14
    assert math.isnan(metrics["rate1/arrived"])
    assert metrics["rate1/updates"] == 60
    assert metrics["rate0/loss"] == float(arrays["rate0"][-1, -1])
    again = Sweep(settings, seed=5).compute(1, "gd")
    assert all(torch.equal(arrays[name], again.arrays[name]) for name in arrays)


@pytest.mark.parametrize("rates", [(), (3.0,)])
def test_the_path_at_a_share_of_the_largest_rate(rates):
    """Where there is no given rate, or the first one diverges."""
    settings = TestFunctionsSettings(function="square", methods=("gd",), rates=rates, steps=60)
    result = Sweep(settings).compute(0, "gd")
    assert set(result.arrays) == {"found"} | ({"rate0"} if rates else set())
    rate = result.metrics["found/lr"]
    assert rate == result.metrics["largest_rate"] / 2
    expected = (1 - 2 * rate) ** numpy.arange(61)
    assert result.arrays["found"][:, 0].numpy() == pytest.approx(expected, rel=1e-9)


def test_no_search_and_a_start_of_ones_own():
    settings = TestFunctionsSettings(
        function="beale", start=(2.0, 0.0), methods=("gd",), rates=(0.001,), search=None, steps=10
    )
    result = Sweep(settings).compute(0, "gd")
    assert set(result.arrays) == {"rate0"}
    assert result.arrays["rate0"][0, :2].tolist() == [2.0, 0.0]
    assert "largest_rate" not in result.metrics
