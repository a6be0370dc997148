"""YAML 1.2's core schema, against the examples of the specification."""

import math

import pytest

from research.settings.core_schema import dump_yaml, kind_of, value_of
from research.settings.document import parse_document

SCALARS = [
    ("1e-3", 0.001),
    ("1E+3", 1000.0),
    ("-.5e1", -5.0),
    (".5", 0.5),
    ("1.", 1.0),
    ("-1", -1),
    ("+12", 12),
    ("017", 17),
    ("0o17", 15),
    ("0x1F", 31),
    (".inf", math.inf),
    ("-.INF", -math.inf),
    ("true", True),
    ("False", False),
    ("~", None),
    ("null", None),
    ("", None),
    ("no", "no"),
    ("on", "on"),
    ("y", "y"),
    ("1_000", "1_000"),
    ("0b1", "0b1"),
    ("1:30", "1:30"),
    ("2001-01-01", "2001-01-01"),
    ("e5", "e5"),
    ("1e", "1e"),
    ("0x", "0x"),
    ("tRUE", "tRUE"),
]


@pytest.mark.parametrize(("text", "value"), SCALARS)
def test_scalars(text, value):
    read = value_of(text, kind_of(text))
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(("text", "value"), SCALARS)
def test_scalars_in_a_file(text, value):
    read = parse_document(f"a: {text}\n", "f.yaml").data["a"]
    assert read == value
    assert type(read) is type(value)


def test_quoted_scalars_and_tagged_ones_in_a_file():
    text = "a: '1'\nb: !!str 1e-3\nc: !!float 1\nd: !!int '7'"
    assert parse_document(text, "f.yaml").data == {"a": "1", "b": "1e-3", "c": 1.0, "d": 7}


def test_nan():
    assert math.isnan(value_of(".nan", kind_of(".nan")))


def test_an_explicit_kind_must_fit():
    with pytest.raises(ValueError, match="no int"):
        value_of("x", "int")


TREE = {
    "words that look like numbers": [
        "1e-3",
        "-.5e1",
        "017",
        "0x1F",
        ".inf",
        "true",
        "null",
        "~",
        "",
    ],
    "numbers": [1e-8, 0.001, 100000.0, -1, 0, 1e300, 1.0],
    "others": [True, False, None],
    "signs": ["x*y", "*y", "a: b", "a # b", "- a", "[1", "{", "!!int 1", "%", "@", "`", "'", '"'],
    "lines": "first\nsecond ",
    "unicode": "Größe \u2028 ∘",
    "nested": {"empty list": [], "empty group": {}, "list of groups": [{"a": 1}, {"b": [2]}]},
    "<<": "not a merge",
    "1": "a key like a number",
    "pair": (0.9, 0.98),
}


def test_what_is_written_reads_back_the_same():
    read = parse_document(dump_yaml(TREE), "f.yaml").data
    assert read == {**TREE, "pair": [0.9, 0.98]}
    assert [type(number) for number in read["numbers"]] == [float] * 3 + [int] * 2 + [float] * 2


def test_every_scalar_survives_as_text():
    words = [text for text, _ in SCALARS]
    assert parse_document(dump_yaml(words), "f.yaml").data == words
