"""Points that are known beforehand: the same for all, evenly spread, and as many as a grid has."""

import itertools

import numpy
import pytest
from scipy.stats import kstest

from research.search import points as points_module
from research.search.points import (
    draw,
    from_unit,
    grid_size,
    grid_values,
    unit_points,
    with_grid_points,
)
from research.search.space import distribution, parameters, values_of
from research.settings.search import Domain

RATE = Domain(low=1e-4, high=1e-1, log=True)
WIDTH = Domain(low=16, high=256, log=True, integer=True)
SPACE = {
    "name": (Domain(choices=("sgd", "adam", "lion")),),
    "rate": (
        Domain(low=1e-2, high=1, log=True, when={"name": "sgd"}),
        Domain(low=1e-4, high=1e-2, log=True, when={"name": ("adam", "lion")}),
    ),
    "momentum": (Domain(low=0, high=0.9, when={"name": "sgd"}),),
    "width": (WIDTH,),
}


@pytest.mark.parametrize("sampler", ["random", "qmc"])
def test_a_point_depends_on_the_seed_and_its_index_alone(sampler):
    many = draw(SPACE, sampler, 40, 3)
    for count in (1, 5, 16, 39):
        assert draw(SPACE, sampler, count, 3) == many[:count]
    assert len({str(point) for point in many}) == 40
    assert not any(point in many for point in draw(SPACE, sampler, 40, 4))


@pytest.mark.parametrize("sampler", ["random", "qmc", "grid"])
def test_points_lie_in_their_distributions(sampler):
    known = {each.name: each for each in parameters(SPACE)}
    points = draw(SPACE, sampler, 64, 0)
    assert {name for point in points for name in point} == set(known)
    for point in points:
        for name, value in point.items():
            assert distribution(known[name].domain)._contains(
                distribution(known[name].domain).to_internal_repr(value)
            )
        values = values_of(point, list(known.values()))
        active = {name for name, each in known.items() if each.is_active(values)}
        assert set(point) == active


@pytest.mark.parametrize("sampler", ["random", "qmc"])
def test_each_dimension_is_even(sampler):
    points = unit_points(sampler, 3, 512, 0)
    assert points.shape == (512, 3)
    assert ((points >= 0) & (points < 1)).all()
    for column in points.T:
        assert kstest(column, "uniform").pvalue > 0.01
    assert len(numpy.unique(points)) == points.size


def test_quasi_random_points_fill_every_cell_of_a_grid():
    """The first 2^k points of a Sobol sequence have one in each of 2^k intervals, per dimension."""
    points = unit_points("qmc", 4, 64, 1)
    cells = numpy.sort(numpy.floor(points * 64).astype(int), axis=0)
    assert (cells == numpy.arange(64)[:, None]).all()
    random = numpy.sort(numpy.floor(unit_points("random", 4, 64, 1) * 64).astype(int), axis=0)
    assert (random != numpy.arange(64)[:, None]).any()


def test_values_are_even_in_their_logarithm_and_shares_are_equal():
    assert from_unit(RATE, 0.5) == pytest.approx(10**-2.5)
    ends = from_unit(RATE, 0.0), from_unit(RATE, 1 - 2**-53)
    assert ends == pytest.approx((1e-4, 1e-1))
    assert 1e-4 <= ends[0] < ends[1] <= 1e-1
    assert from_unit(Domain(low=2, high=4), 0.25) == 2.5
    whole = Domain(low=1, high=4, integer=True)
    units = (numpy.arange(4000) + 0.5) / 4000
    found = [from_unit(whole, unit) for unit in units]
    assert [found.count(value) for value in (1, 2, 3, 4)] == [1000] * 4
    assert all(type(value) is int for value in found)
    choices = [from_unit(Domain(choices=("a", "b")), unit) for unit in (0.0, 0.49, 0.5, 0.99)]
    assert choices == ["a", "a", "b", "b"]


def test_grid_values_are_the_centres_of_cells():
    assert grid_values(Domain(low=0, high=1), 2) == [0.25, 0.75]
    assert grid_values(RATE, 3) == pytest.approx([10**-3.5, 10**-2.5, 10**-1.5])
    assert grid_values(Domain(low=1, high=3, integer=True), 9) == [1, 2, 3]
    assert grid_values(Domain(choices=(3, 1)), 9) == [3, 1]


def test_a_grid_has_every_combination_once_and_only_those_that_hold():
    space = with_grid_points(SPACE, 24)
    points = draw(space, "grid", 1000, 0)
    expected = 2 * 2 * 2 + 2 * (2 * 2)  # sgd: rate, momentum, width; two others: rate, width
    assert len(points) == grid_size(space) == grid_size(SPACE) == expected
    assert len({str(point) for point in points}) == expected
    assert draw(space, "grid", 5, 0) == points[:5]
    assert all(("momentum" in point) == (point["name"] == "sgd") for point in points)


def test_points_of_a_grid_are_as_many_as_the_trials_allow():
    two = {"x": (Domain(low=0, high=1),), "y": (Domain(low=0, high=1),)}
    sizes = {trials: grid_size(with_grid_points(two, trials)) for trials in (1, 4, 8, 9, 100)}
    assert sizes == {1: 4, 4: 4, 8: 4, 9: 9, 100: 100}
    mixed = {"x": (Domain(low=0, high=1, points=3),), "y": two["y"], "z": (Domain(choices=(1, 2)),)}
    filled = with_grid_points(mixed, 30)
    assert [each.points for (each,) in filled.values()] == [3, 5, None]
    assert with_grid_points(filled, 1000) == filled
    few = {"x": (Domain(low=1, high=3, integer=True),)}
    assert grid_size(with_grid_points(few, 100)) == 3


def test_a_large_grid_is_counted_without_being_listed():
    space = {f"x{i}": (Domain(low=0, high=1, points=100),) for i in range(10)}
    assert grid_size(space) == 100**10
    first = list(itertools.islice(draw(space, "grid", 2, 0), 2))
    assert first[0]["x9"] != first[1]["x9"]


def test_a_long_grid_is_counted_a_few_times_only(monkeypatch):
    counted = []
    monkeypatch.setattr(
        points_module, "grid_size", lambda space: counted.append(1) or grid_size(space)
    )
    assert with_grid_points({"rate": (RATE,)}, 2000)["rate"][0].points == 2000
    assert len(counted) < 20


@pytest.mark.parametrize("space", [{"x": (Domain(low=0, high=1),), "rate": (RATE,)}, SPACE])
def test_one_more_point_would_be_too_many(space):
    for trials in range(1, 60):
        filled = with_grid_points(space, trials)
        points = filled[list(space)[-1]][0].points
        assert points == 2 or grid_size(filled) <= trials
        more = {
            key: tuple(
                each if each.choices else each.model_copy(update={"points": points + 1})
                for each in domains
            )
            for key, domains in space.items()
        }
        assert grid_size(more) > trials
