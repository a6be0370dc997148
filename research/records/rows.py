"""Lines of JSON: how metrics lie on disk, and what a line that was cut off means.

Numbers that are not finite have no JSON, so they are written as the strings "NaN", "Infinity" and
"-Infinity". A process that is killed may leave half a last line: that one is dropped. A broken line
before the last can't come from that, so it is refused with its file and line.
"""

import json
import math
from collections.abc import Mapping
from pathlib import Path

from research.records.errors import RecordError

Row = dict[str, float]
NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def encode_number(value: float) -> float | str:
    """A number as JSON can hold it; integers stay integers."""
    if isinstance(value, int):
        return int(value)
    number = float(value)
    if math.isfinite(number):
        return number
    return "NaN" if math.isnan(number) else "Infinity" if number > 0 else "-Infinity"


def decode_number(value: object) -> float:
    """The number that `encode_number` wrote.

    Raises:
        ValueError: `value` is none.
    """
    if isinstance(value, str) and value in NOT_FINITE:
        return NOT_FINITE[value]
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    raise ValueError(f"{value!r} is no number")


def encode_row(step: int, metrics: Mapping[str, float]) -> bytes:
    """One line, for example `{"step": 10, "train/loss": 1.5}`."""
    row = {name: encode_number(value) for name, value in metrics.items()}
    return json.dumps({"step": int(step), **row}, allow_nan=False).encode() + b"\n"


def decode_row(line: bytes) -> Row:
    """The row of one line.

    Raises:
        ValueError: the line is no JSON object with a whole `step` and numbers.
    """
    decoded = json.loads(line)
    if not isinstance(decoded, dict) or not isinstance(decoded.get("step"), int):
        raise ValueError("a row is an object with a whole step")
    return {name: decode_number(value) for name, value in decoded.items()}


def parse_rows(data: bytes, path: Path) -> tuple[list[Row], int]:
    """All rows of a file, without a torn last one.

    Args:
        data: the bytes of the file.
        path: the file, for the error.

    Returns:
        The rows in the order they were written, and how many bytes they take: behind them lies
        nothing, or a torn line.

    Raises:
        RecordError: a line before the last is torn.
    """
    rows: list[Row] = []
    whole = 0
    lines = data.splitlines(keepends=True)
    for number, line in enumerate(lines, start=1):
        try:
            if not line.endswith(b"\n"):
                raise ValueError("the line does not end")
            rows.append(decode_row(line))
        except ValueError as error:
            if number == len(lines):
                break
            raise RecordError(
                f"{path}:{number}: found a torn line, expected a JSON object with step and numbers;"
                " only a last line is repaired: delete this line, or restore the file"
            ) from error
        whole += len(line)
    return rows, whole


def merge_steps(rows: list[Row]) -> list[Row]:
    """One row per step, sorted by step; of two values at one step the later written counts."""
    merged: dict[int, Row] = {}
    for row in rows:
        merged.setdefault(int(row["step"]), {}).update(row)
    return [merged[step] for step in sorted(merged)]
