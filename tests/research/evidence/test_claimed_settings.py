"""Runs with other settings than a claim is about decide nothing, and it is said which."""

import pytest

from research.evidence.claimed_settings import difference, wrong_settings
from research.records.store import Plan, VariantPlan

SETTINGS = {"batch_size": 2, "data": {"name": "digits", "examples": None}, "sizes": [2, 4]}


@pytest.mark.parametrize(
    ("exactly", "at_least", "expected"),
    [
        ({"batch_size": 2, "data.name": "digits"}, {}, None),
        ({"sizes": [2, 4]}, {}, None),
        ({"data.name": "mnist"}, {}, "data.name digits, the claim is about mnist"),
        ({"data.colour": True}, {}, "data.colour None, the claim is about True"),
        ({}, {"batch_size": 2}, None),
        ({}, {"batch_size": 3}, "batch_size 2, the claim needs at least 3"),
        ({}, {"data.examples": 5000}, None),
        ({"batch_size": 4}, {"batch_size": 3}, "batch_size 2, the claim is about 4"),
    ],
)
def test_the_first_difference_in_words(exactly, at_least, expected):
    assert difference(SETTINGS, exactly, at_least) == expected


def test_tuples_are_lists():
    assert difference({"sizes": (2, 4)}, {"sizes": [2, 4]}) is None


def test_of_a_plan_by_variant():
    """A variant that the plan does not have, or that no claim names, is not wrong."""
    variants = {name: VariantPlan(label=name, settings=SETTINGS) for name in ("a", "b", "c")}
    plan = Plan(experiment="e", workers=1, variants=variants, runs={"a": [0], "b": [0], "c": [0]})
    exactly = {"a": {"batch_size": 2}, "b": {"batch_size": 3}, "d": {"batch_size": 3}}
    assert wrong_settings(plan, exactly) == {"b": "b has batch_size 2, the claim is about 3"}
    assert wrong_settings(plan, exactly, {"a": {"batch_size": 9}}).keys() == {"a", "b"}
