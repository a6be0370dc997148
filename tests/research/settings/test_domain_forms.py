"""Domains as text, lists and groups, and what a domain may be."""

import json
import math
import re

import pytest

from research.settings.domain_forms import (
    INTERVAL_PATTERN,
    parts_of,
    read_form,
    written,
    written_space,
)
from research.settings.explain import validate
from research.settings.merge import Layer, Origin
from research.settings.search import Domain, holds

FORMS = [
    ("0..1", {"low": 0.0, "high": 1.0}),
    ("1e-4..1e-2 log", {"low": 1e-4, "high": 1e-2, "log": True}),
    ("-.5..0.5", {"low": -0.5, "high": 0.5}),
    ("16..256 log integer", {"low": 16.0, "high": 256.0, "log": True, "integer": True}),
    ("1..9 integer, 3 points", {"low": 1.0, "high": 9.0, "integer": True, "points": 3}),
    (["sgd", None, 2.5, True], {"choices": ("sgd", None, 2.5, True)}),
    ([[1, 2], [3]], {"choices": ((1, 2), (3,))}),
    ({"low": 0, "high": 1}, {"low": 0.0, "high": 1.0}),
    ({"values": "0..1", "when": {"a": 1}}, {"low": 0.0, "high": 1.0, "when": {"a": 1}}),
    ({"values": [1, 2], "when": {"a": [1, 2]}}, {"choices": (1, 2), "when": {"a": (1, 2)}}),
]


def domain(form) -> Domain:
    return Domain.model_validate(read_form(form))


@pytest.mark.parametrize(("form", "expected"), FORMS)
def test_forms_are_read_and_written_back(form, expected):
    found = domain(form)
    assert found.model_dump(exclude_defaults=True) == expected
    assert domain(written(found)) == found
    assert Domain.model_validate_json(found.model_dump_json()) == found


def test_types_of_choices_stay():
    choices = domain([1, 2.0, "3", None]).choices
    assert [type(each) for each in choices] == [int, float, str, type(None)]
    back = Domain.model_validate_json(json.dumps({"choices": [1, 2.0]})).choices
    assert [type(each) for each in back] == [int, float]


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("1..", "expected an interval such as 1e-4..1e-2 log"),
        ("adam", "expected an interval such as 1e-4..1e-2 log"),
        (3, "expected an interval such as 1e-4..1e-2 log"),
        ("0..1 lg", "found lg after the interval, expected log, integer or 5 points"),
        ("0..1 5 pints", "found 5 after the interval"),
        ("0..1 5", "found 5 after the interval"),
        ({"values": "0..1 log", "log": False}, "expected log once, and not beside values"),
    ],
)
def test_other_forms_are_refused(form, expected):
    with pytest.raises(ValueError, match=re.escape(expected)):
        read_form(form)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, "low is null, expected a number: an interval has low and high; or else choices"),
        ({"low": 1.0}, "high is null, expected a number"),
        ({"low": 1.0, "high": 1.0}, "high is 1.0, expected more than low, 1"),
        ({"low": 0, "high": 1, "log": True}, "low is 0.0, expected more than 0, because log"),
        ({"low": 1, "high": 2.5, "integer": True}, "high is 2.5, expected a whole number"),
        ({"low": 1, "high": 2, "points": 1}, "points is 1, expected a whole number >= 2"),
        ({"low": 1, "high": 2, "choices": [1]}, "low is 1.0, expected nothing beside choices"),
        ({"choices": [1], "log": True}, "log is true, expected nothing beside choices"),
        ({"choices": []}, "choices is [], expected at least one value"),
        ({"choices": [0.1, {"a": 1}]}, 'choices is {"a": 1}, expected true, false, null, text'),
        ({"choices": [[[1]]]}, "choices is [[1]], expected true, false, null, text"),
        ({"choices": [1.0, math.nan]}, "choices is NaN, expected true, false, null, text"),
        ({"choices": [1], "when": {"a.b": []}}, "when.a.b is [], expected a value, or a list of"),
        ({"choices": [1], "when": {"a": {"b": 1}}}, 'when.a is {"b": 1}, expected a value, or a'),
        ({"choices": [1, True]}, "choices is true, expected different choices"),
        ({"choices": [[1], "[1]"]}, "choices is [1], expected different choices"),
        ({"low": 1, "hihg": 2}, "unknown setting hihg; did you mean high?"),
    ],
)
def test_domains_that_cannot_be(values, expected):
    found, problems = validate(Domain, Layer(values, {(): Origin("here")}))
    assert found is None
    [problem] = problems
    assert problem.startswith(f"here: {expected}")


def test_a_list_of_groups_is_several_domains():
    groups = [{"values": "0..1", "when": {"a": 1}}, {"values": "0..2", "when": {"a": 2}}]
    assert parts_of(groups) == groups
    assert parts_of([1, 2]) == [[1, 2]]
    assert parts_of({"low": 0}) == [{"low": 0}]
    domains = tuple(domain(each) for each in groups)
    assert written_space({"key": domains, "b": (domain("0..1"),)}) == {"key": groups, "b": "0..1"}


def test_a_condition_holds_for_one_value_or_some():
    assert holds({}, {})
    assert holds({"a": 1, "b": ("x", "y")}, {"a": 1, "b": "y"})
    assert not holds({"a": 1}, {})
    assert not holds({"a": 1}, {"a": 2})
    assert not holds({"a": 1}, {"a": True})
    assert not holds({"a": True}, {"a": 1})
    assert not holds({"b": ("x", "y")}, {"b": "z"})


def test_editors_take_the_same_text():
    texts = [form for form, _ in FORMS if isinstance(form, str)]
    assert all(re.match(INTERVAL_PATTERN, text) for text in texts)
    assert not any(re.match(INTERVAL_PATTERN, text) for text in ("1..", "adam", "0..1 lg"))
