"""Every claim's number on made-up searches, and what it takes to refute each."""

import numpy
import pytest

from experiments.random_search import numbers
from experiments.random_search.claims import CLAIMS
from experiments.random_search.closed_forms import grid_mean, random_mean
from experiments.random_search.configurations import AT_LEAST, EXACTLY
from experiments.random_search.settings import BumpSettings, RandomSearchSettings
from research.evidence.bounded_claim import NotDecided
from research.evidence.claimed_settings import wrong_settings
from tests.experiments.random_search.made_up import Reading, plan_of

BY_ID = {each.claim.id: each for each in CLAIMS}


def test_ids_and_texts():
    assert len(BY_ID) == len(CLAIMS)
    for each in CLAIMS:
        assert each.claim.text and each.claim.source and each.claim.threshold
        assert set(each.variants) <= set(EXACTLY)


def of(**best):
    """A reading with best values by "sampler_trials"."""
    found = {}
    for key, values in best.items():
        sampler, _, trials = key.partition("_")
        found.setdefault(sampler, {})[int(trials)] = values
    return Reading(found=found)


def test_random_reaches_the_grid_where_it_is_no_worse():
    reading = of(
        grid_16=[0.5, 0.5, 0.5, 0.5], random_16=[0.4, 0.5, 0.6, 0.7], random_81=[1], grid_81=[2]
    )
    assert numbers.chance_random_reaches_grid_of_16(reading) == 0.75
    assert numbers.chance_random_reaches_grid_of_81(reading) == 0
    with pytest.raises(NotDecided, match="has no grid of 81 trials"):
        numbers.chance_random_reaches_grid_of_81(of(grid_16=[1], random_81=[1]))


def test_the_worse_budget_decides_the_control():
    reading = of(grid_16=[0.6], random_16=[0.5], grid_64=[0.9], random_64=[0.85])
    assert numbers.control(reading) == pytest.approx(0.05)
    assert (
        numbers.control(of(grid_16=[0.6], random_16=[0.5], grid_64=[1], random_64=[0])) == 0.6 - 0.5
    )


def test_samplers_are_compared_on_the_searches_that_both_made():
    reading = of(
        random_81=[0.2, 0.4, 9.0, 9.0],
        grid_81=[0.1, 0.7, 9.0, 9.0],
        tpe_81=[0.8, 1.0],
        qmc_16=[0.5],
        random_16=[0.3],
    )
    assert numbers.tpe_gain(reading) == pytest.approx(0.6)
    assert numbers.tpe_over_grid(reading) == pytest.approx(0.5)
    assert numbers.quasi_random_gain(reading) == pytest.approx(0.2)


def test_errors_are_better_where_they_are_less():
    reading = of(grid_16=[0.08, 0.06], random_16=[0.04, 0.05])
    assert numbers.grid_error_over_random(reading) == pytest.approx(0.025)
    assert numbers.random_error_over_grid(reading) == pytest.approx(-0.025)


def closed(off_grid=0.0, off_random=0.0):
    """A control whose means are off by so many standard errors of about 0.01."""
    bump = BumpSettings(dimensions=2, relevant=2, width=0.15)
    sizes = numpy.array([1.0, 4, 9])
    spread = numpy.array([-0.1, 0.1] * 50)[:, None] * (99 / 100) ** 0.5
    grid = numpy.array([grid_mean(axis, 0.15, 2) for axis in (1, 2, 3)]) + 0.01 * off_grid
    random = random_mean(range(1, 10), 0.15, 2) + 0.01 * off_random
    best = {"grid": grid + spread, "random": random + spread}
    return Reading(bump=bump, budgets=lambda _: sizes, best=best.__getitem__)


def test_the_farthest_mean_decides_about_the_closed_forms():
    assert numbers.off_the_closed_forms(closed(), closed()) == pytest.approx(0, abs=1e-6)
    assert numbers.off_the_closed_forms(closed(), closed(off_grid=-5)) == pytest.approx(5)
    assert numbers.off_the_closed_forms(closed(off_random=3), closed(1)) == pytest.approx(3)
    with pytest.raises(NotDecided, match="no grid of more than one point"):
        only = closed()
        only.budgets = lambda _: numpy.array([1.0])
        numbers.off_the_closed_forms(only)


def network(errors):
    points = numpy.random.default_rng(0).random((20, 16, 4))
    return Reading(points=points, network_errors=errors(points))


def test_what_explains_the_errors_is_found():
    step = network(lambda points: (points[..., 0] > 0.5).astype(float))
    assert numbers.share_of_learning_rate(step) > 0.8
    assert abs(numbers.largest_other_share(step)) < 0.1
    other = network(lambda points: points[..., 2] ** 2)
    assert numbers.share_of_learning_rate(other) < 0.1
    assert numbers.largest_other_share(other) > 0.8
    with pytest.raises(NotDecided, match="has 16 random trials, too few"):
        numbers.shares(Reading(points=numpy.zeros((1, 16, 4)), network_errors=numpy.zeros((1, 16))))


def test_a_share_is_nothing_on_average_where_there_is_no_connection():
    generator = numpy.random.default_rng(0)
    found = [numbers.explained(*generator.random((2, 64))) for _ in range(400)]
    assert abs(numpy.mean(found)) < 4 * numpy.std(found) / 20
    values = numpy.arange(64.0)
    total = numbers.explained(values, values)
    parts = values.reshape(8, 8)
    inside = ((parts - parts.mean(1, keepdims=True)) ** 2).sum()
    whole = ((values - values.mean()) ** 2).sum()
    assert total == pytest.approx((whole - inside - 7 * inside / 56) / (whole + inside / 56))


@pytest.mark.parametrize(
    ("name", "number", "met", "missed"),
    [
        ("H1a", numbers.chance_random_reaches_grid_of_16, 0.8, 0.7999),
        ("H1b", numbers.chance_random_reaches_grid_of_81, 0.8, 0.7999),
        ("H1c", numbers.control, 0.05, 0.0499),
        ("H2", numbers.off_the_closed_forms, 4.0, 4.001),
        ("H3", numbers.quasi_random_gain, 0.05, 0.0499),
        ("H4", numbers.tpe_gain, 0.1, 0.0999),
        ("H5", numbers.tpe_over_grid, 0.05, 0.0499),
        ("H6", numbers.grid_error_over_random, 0.01, 0.00999),
        ("H7", numbers.share_of_learning_rate, 0.6, 0.5999),
        ("H8", numbers.largest_other_share, 0.1, 0.1001),
        ("H9", numbers.random_error_over_grid, 0.001, 0.000999),
    ],
)
def test_each_claim_has_its_number_and_its_threshold(name, number, met, missed):
    claim = BY_ID[name]
    assert claim.number is number
    assert claim.low <= met <= claim.high
    assert not claim.low <= missed <= claim.high
    assert claim.claim.threshold.split()[1] == f"{met:g}"


def test_claims_are_about_the_shipped_settings(shipped):
    assert wrong_settings(plan_of(shipped), EXACTLY, AT_LEAST) == {}
    few = shipped["one-of-four"].model_copy(update={"repeats": 499})
    assert wrong_settings(plan_of({"one-of-four": few}), EXACTLY, AT_LEAST) == {
        "one-of-four": "one-of-four has repeats 499, the claim needs at least 500"
    }
    wide = RandomSearchSettings.model_validate({"problem": {"name": "bump", "width": 0.2}})
    assert "problem.width 0.2, the claim is about 0.1" in str(
        wrong_settings(plan_of({"one-of-four": wide}), EXACTLY, AT_LEAST)
    )
