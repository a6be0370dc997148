"""Many searches at once against a slow twin, and what stays the same between samplers."""

import numpy
import pytest

from experiments.random_search import numbers
from experiments.random_search.bump import centre_of, metrics_of, search_bump
from experiments.random_search.closed_forms import chance_random_reaches_grid
from experiments.random_search.searching import adaptive_search, grid_points, grid_sizes
from experiments.random_search.settings import BumpSettings
from research.search.points import draw
from research.seeds import derive
from research.settings.search import Domain
from tests.experiments.random_search.made_up import Reading

BUMP = BumpSettings(dimensions=3, relevant=2, width=0.3)
SPACE = {f"x{index}": (Domain(low=0.0, high=1.0),) for index in (1, 2, 3)}


def value(point, centre):
    """The formula, over the first two of three."""
    return numpy.exp(-sum(((point[f"x{i + 1}"] - c) / 0.3) ** 2 for i, c in enumerate(centre)))


@pytest.mark.parametrize("sampler", ["random", "qmc"])
def test_the_points_are_those_of_a_study_and_the_best_is_so_far(sampler):
    found = search_bump(BUMP, sampler, 7, 100, range(4, 6))
    for row, repeat in enumerate((4, 5)):
        centre = centre_of(BUMP, 100, repeat)
        best, expected = -1.0, []
        for point in draw(SPACE, sampler, 7, derive(100, f"search by {sampler}", repeat)):
            best = max(best, value(point, centre))
            expected.append(best)
        numpy.testing.assert_allclose(found.best[row], expected, rtol=1e-12)
    assert found.budgets.tolist() == [1, 2, 3, 4, 5, 6, 7]
    assert found.tried.shape == (2, 7, 3)


def test_grids_of_all_sizes_are_those_of_a_study():
    found = search_bump(BUMP, "grid", 30, 100, range(2))
    assert found.budgets.tolist() == [1, 8, 27]
    for column, size in ((1, 8), (2, 27)):
        points = draw(SPACE, "grid", size, 0)
        assert sorted(map(tuple, (p.values() for p in points))) == sorted(
            map(tuple, (p.values() for p in grid_points(SPACE, round(size ** (1 / 3)))))
        )
        for row in (0, 1):
            centre = centre_of(BUMP, 100, row)
            assert found.best[row, column] == max(value(point, centre) for point in points)
    assert found.best[0, 0] == value({"x1": 0.5, "x2": 0.5}, found.centres[0])


def test_samplers_share_the_centres_and_repeats_do_not():
    of_samplers = [
        search_bump(BUMP, s, 2, 100, range(3)).centres for s in ("grid", "random", "tpe")
    ]
    assert (of_samplers[0] == of_samplers[1]).all() and (of_samplers[0] == of_samplers[2]).all()
    assert len(numpy.unique(of_samplers[0])) == 6
    assert (centre_of(BUMP, 101, 0) != of_samplers[0][0]).all()


def test_what_does_not_matter_changes_nothing_for_random_search():
    more = BumpSettings(dimensions=6, relevant=2, width=0.3)
    few, many = (search_bump(each, "random", 9, 100, range(5)).best for each in (BUMP, more))
    assert (few == many).all()


def test_more_trials_keep_what_fewer_had():
    for sampler in ("random", "qmc", "tpe"):
        few, many = (search_bump(BUMP, sampler, n, 100, range(1)) for n in (9, 14))
        assert (few.tried[0] == many.tried[0, :9]).all()


def test_tpe_learns():
    found = search_bump(BUMP, "tpe", 40, 100, range(2))
    centres = found.centres[:, None]
    early, late = (
        numpy.abs(found.tried[:, part, :2] - centres).mean() for part in (slice(10), slice(20, 40))
    )
    assert late < 0.7 * early
    assert (found.tried[0, 0] != found.tried[1, 0]).all()
    assert (found.best[:, -1] > 0.9).all()


def test_an_adaptive_search_minimises_where_it_is_told_to():
    space = {"x": (Domain(low=0.0, high=1.0),)}
    tried = adaptive_search(space, "tpe", 30, 7, lambda point: abs(point["x"] - 0.8), "minimize")
    assert min(error for _, error in tried[10:]) < 0.02
    assert all(error == abs(point["x"] - 0.8) for point, error in tried)


def test_grid_sizes():
    assert grid_sizes(2, 16) == [1, 4, 9, 16]
    assert grid_sizes(4, 80) == [1, 16]
    assert grid_sizes(1, 3) == [1, 2, 3]


def test_the_numbers_of_the_claims_in_real_searches():
    """500 searches, as the claims ask for: the chance is that of its integral."""
    bump = BumpSettings()
    searches = {s: search_bump(bump, s, 16, 100, range(500)) for s in ("grid", "random", "qmc")}
    found = {name: {16: each.best[:, -1]} for name, each in searches.items()}
    chance = numbers.chance_random_reaches_grid_of_16(Reading(found=found))
    exact = chance_random_reaches_grid(16, 2, 1)
    assert abs(chance - exact) < 4 * (exact * (1 - exact) / 500) ** 0.5
    assert numbers.quasi_random_gain(Reading(found=found)) > 0.05
    row = metrics_of(bump, "random", searches["random"])
    assert row["random/best"] == found["random"][16].mean()
    assert row["random/over_grid"] == pytest.approx(row["random/best"] - 0.35435, abs=1e-5)
    assert row["random/off"] == pytest.approx(row["random/best"] - 0.86999, abs=1e-5)
    assert metrics_of(bump, "grid", searches["grid"]) == {"grid/best": found["grid"][16].mean()}
