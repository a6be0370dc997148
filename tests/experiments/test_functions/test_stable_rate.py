"""The search against theory on quadratics, and against trials that are made up."""

import math

import numpy
import pytest

from experiments.test_functions.claims import rates_of_theory
from experiments.test_functions.module import TestFunctions as Sweep
from experiments.test_functions.settings import SearchSettings, TestFunctionsSettings
from experiments.test_functions.stable_rate import is_stable, largest_stable_rate
from research.problems.test_functions import TEST_FUNCTIONS


@pytest.mark.parametrize("name", ["square", "ill_conditioned", "normalised"])
@pytest.mark.parametrize("method", ["gd", "heavy_ball", "nesterov"])
def test_theory(name, method):
    settings = TestFunctionsSettings(function=name, methods=(method,), steps=10)
    found = Sweep(settings).compute(0, method).metrics
    curvature = TEST_FUNCTIONS[name].largest_curvature
    expected = rates_of_theory(curvature)[method]
    assert found["largest_rate"] == pytest.approx(expected, rel=0.03)
    assert found["unstable_rate"] <= found["largest_rate"] * 1.01


def test_the_rates_of_theory_are_where_the_roots_leave_the_circle():
    """Heavy ball: r^2 - (1 + b - aL) r + b. Nesterov: r^2 - (1 + b)(1 - aL) r + b (1 - aL)."""
    rates = rates_of_theory(3.0)
    b = 0.9

    def largest_root(method, rate):
        a = rate * 3.0
        polynomial = {
            "gd": [1, a - 1],
            "heavy_ball": [1, a - 1 - b, b],
            "nesterov": [1, -(1 + b) * (1 - a), b * (1 - a)],
        }[method]
        return abs(numpy.roots(polynomial)).max()

    for method, rate in rates.items():
        assert largest_root(method, rate * 0.999) < 1 < largest_root(method, rate * 1.001)


@pytest.mark.parametrize("limit", [1.3e-4, 0.02, 3.0, 99.0])
def test_a_made_up_limit(limit):
    tried = []

    def stable_at(rate):
        tried.append(rate)
        return rate <= limit

    found = largest_stable_rate(stable_at, SearchSettings())
    assert found.stable <= limit < found.unstable <= found.stable * 1.01
    assert len(tried) == len(set(tried)) < 25


def test_nothing_is_stable_and_everything_is():
    settings = SearchSettings(first=0.5, last=100.0)
    nothing = largest_stable_rate(lambda _: False, settings)
    assert (nothing.stable, nothing.unstable) == (0.0, 0.5)
    everything = largest_stable_rate(lambda _: True, settings)
    assert everything.stable >= 100
    assert everything.unstable == math.inf


def test_a_hole_ends_the_first_interval():
    found = largest_stable_rate(lambda rate: rate < 0.01 or rate > 0.5, SearchSettings())
    assert found.stable < 0.01 <= found.unstable


@pytest.mark.parametrize(
    ("losses", "stable"),
    [
        ([1.0] * 21, True),
        ([1.0] * 15 + [5.0] * 4 + [1.0, 1.0], True),  # above, but not in the last tenth
        ([1.0] * 19 + [1.01, 1.0], False),
        ([1.0] * 20 + [1.01], False),
        ([1.0] * 18 + [1.01, 1.0, 1.0], True),  # 2 of 20 updates are a tenth
        ([1.0] * 5 + [math.nan] + [1.0] * 15, False),
        ([1.0] * 20, False),  # broken off
    ],
)
def test_is_stable(losses, stable):
    assert is_stable(losses, 20) is stable
