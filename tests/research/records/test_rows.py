import json
import math
from pathlib import Path

import numpy
import pytest

from research.records.errors import RecordError
from research.records.rows import decode_row, encode_row, merge_steps, parse_rows


@pytest.mark.parametrize("value", [0, 1, -3, 1.5, 5e-324, 1e308, math.inf, -math.inf, 0.1])
def test_numbers_come_back_exactly(value):
    row = decode_row(encode_row(7, {"a": value}))
    assert row == {"step": 7, "a": value}
    assert type(row["a"]) is type(value)


def test_nan_comes_back_and_the_line_is_strict_json():
    line = encode_row(7, {"a": math.nan, "b": numpy.float32(0.5), "c": numpy.float64("-inf")})
    plain = json.loads(line, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))
    assert plain == {"step": 7, "a": "NaN", "b": 0.5, "c": "-Infinity"}
    assert math.isnan(decode_row(line)["a"])


@pytest.mark.parametrize(
    "line",
    [
        b'{"step": 1, "a"',
        b"[1]",
        b'{"a": 1}',
        b'{"step": 1, "a": "x"}',
        b'{"step": "1"}',
        b"\0\0",
        b"\xff",
    ],
)
def test_what_is_no_row_is_refused_within_and_dropped_at_the_end(line):
    whole = encode_row(1, {"a": 1})
    path = Path("metrics.jsonl")
    assert parse_rows(whole + line, path) == ([{"step": 1, "a": 1}], len(whole))
    assert parse_rows(whole + line + b"\n", path) == ([{"step": 1, "a": 1}], len(whole))
    with pytest.raises(RecordError, match=r"metrics\.jsonl:2: found a torn line"):
        parse_rows(whole + line + b"\n" + whole, path)


def test_a_last_line_without_its_end_is_torn_even_if_it_parses():
    assert parse_rows(b'{"step": 1}', Path("m")) == ([], 0)


def test_rows_of_one_step_are_merged_the_later_value_counts_and_steps_are_sorted():
    rows = [{"step": 20, "a": 1.0}, {"step": 10, "a": 2.0}, {"step": 20, "a": 3.0, "b": 4.0}]
    assert merge_steps(rows) == [{"step": 10, "a": 2.0}, {"step": 20, "a": 3.0, "b": 4.0}]
