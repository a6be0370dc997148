"""Closed forms against simulations, and against what is known in special cases."""

import math

import numpy
import pytest

from experiments.random_search.closed_forms import (
    _disc,
    chance_random_reaches_grid,
    grid_mean,
    random_mean,
)

SEARCHES = 20_000


def simulated(relevant, trials):
    """Centres, [s, m], and random points, [s, n, m]."""
    generator = numpy.random.default_rng(100)
    return generator.random((SEARCHES, relevant)), generator.random((SEARCHES, trials, relevant))


def nearest(centres, per_axis):
    """Squared distance of each centre from the nearest of all points of a grid, one by one."""
    axis = [(cell + 0.5) / per_axis for cell in range(per_axis)]
    mesh = numpy.meshgrid(*[axis] * centres.shape[1])
    points = numpy.stack([each.ravel() for each in mesh], 1)
    return ((centres[:, None] - points) ** 2).sum(2).min(1)


def assert_is_the_mean(expected, values):
    assert abs(values.mean() - expected) < 4 * values.std() / len(values) ** 0.5


@pytest.mark.parametrize(
    ("relevant", "width", "trials"), [(1, 0.1, 16), (2, 0.15, 16), (2, 0.4, 3)]
)
def test_random_search_reaches_what_the_formula_says(relevant, width, trials):
    centres, points = simulated(relevant, trials)
    squares = ((points - centres[:, None]) ** 2).sum(2).min(1)
    assert_is_the_mean(random_mean([trials], width, relevant)[0], numpy.exp(-squares / width**2))


@pytest.mark.parametrize(
    ("relevant", "width", "per_axis"), [(1, 0.1, 2), (2, 0.15, 4), (3, 0.3, 3)]
)
def test_a_grid_reaches_what_the_formula_says(relevant, width, per_axis):
    centres, _ = simulated(relevant, 1)
    values = numpy.exp(-nearest(centres, per_axis) / width**2)
    assert_is_the_mean(grid_mean(per_axis, width, relevant), values)


@pytest.mark.parametrize(("relevant", "trials", "per_axis"), [(1, 16, 2), (2, 16, 2), (2, 16, 4)])
def test_the_chance_that_random_search_reaches_the_grid(relevant, trials, per_axis):
    centres, points = simulated(relevant, trials)
    squares = ((points - centres[:, None]) ** 2).sum(2).min(1)
    reaches = (squares <= nearest(centres, per_axis)).astype(float)
    assert_is_the_mean(chance_random_reaches_grid(trials, per_axis, relevant), reaches)


def test_one_point_has_elementary_integrals():
    w = 0.1
    one = w * math.sqrt(math.pi) * math.erf(1 / w) - w**2 * (1 - math.exp(-1 / w**2))
    assert random_mean([1], w, 1)[0] == pytest.approx(one, abs=1e-6)
    assert random_mean([1], w, 2)[0] == pytest.approx(one**2, abs=1e-4)
    assert chance_random_reaches_grid(1, 1, 1) == pytest.approx(0.375, abs=1e-5)


def test_the_disc_is_cut_by_the_square():
    radius = numpy.array([0.2, 0.2, 0.2, 2.0, 0.0])
    first = numpy.array([0.5, 0.0, 0.0, 0.3, 0.3])
    second = numpy.array([0.5, 0.5, 0.0, 0.8, 0.8])
    quarter = math.pi * 0.2**2 / 4
    expected = [4 * quarter, 2 * quarter, quarter, 1, 0]
    numpy.testing.assert_allclose(_disc(radius, first, second), expected, atol=1e-4)


def test_more_dimensions_have_no_formula():
    with pytest.raises(ValueError, match="3 dimensions matter, expected at most 2"):
        random_mean([1], 0.1, 3)
    with pytest.raises(ValueError, match="3 dimensions matter"):
        chance_random_reaches_grid(1, 1, 3)
