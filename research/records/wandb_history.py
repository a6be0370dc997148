"""What W&B's files of a run hold, read back with W&B's own reader, beside what the record holds.

W&B loses rows in silence: on a full disk, and when its process dies, up to the last 32 KiB. So the
record, which is the truth, says which rows are to be sent once more.
"""

import json
import math
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from research.records.rows import NOT_FINITE, Row, merge_steps
from research.records.run_store import RunStore
from research.records.wandb_session import STEP_AXIS, segments

READ_SECONDS = 60.0


@dataclass(frozen=True)
class Segment:
    """One file of W&B.

    Attributes:
        path: the file.
        rows: its rows that have a step, in the order in which they were logged.
        readable: whether it says which run it belongs to; if not, W&B can't send it.
        whole: whether it ends where its writer ended it.
    """

    path: Path
    rows: list[Row]
    readable: bool
    whole: bool


def read_segment(path: Path) -> Segment:
    """Reads a file of W&B; a torn end is left out.

    Raises:
        OSError, subprocess.TimeoutExpired, wandb.errors.Error: the reader can't start, or hangs.
    """
    from wandb.util import get_core_path

    command = [get_core_path(), "leet", "inspect", "--no-observability", "--json"]
    command += ["--run-file", str(path), str(path.parent.parent)]
    outcome = subprocess.run(
        command, capture_output=True, text=True, timeout=READ_SECONDS, check=False
    )
    records = [json.loads(line) for line in outcome.stdout.splitlines()]
    return Segment(
        path=path,
        rows=list(_rows(records)),
        readable=any(record["type"] == "run" for record in records),
        whole=any(record["type"] == "exit" for record in records),
    )


def _rows(records: Iterable[dict[str, Any]]) -> Iterable[Row]:
    """The numbers of all history rows, under the names and the step of the record."""
    for record in records:
        item = record.get("history", {}).get("item", {})
        if STEP_AXIS in item:
            numbers = {name: NOT_FINITE.get(str(value), value) for name, value in item.items()}
            yield {
                "step": item[STEP_AXIS],
                **{
                    name: value
                    for name, value in numbers.items()
                    if isinstance(value, int | float) and not name.startswith("_")
                },
            }


def missing_rows(store: RunStore) -> list[Row]:
    """What the record holds and W&B's files do not, or hold otherwise: rows with their step.

    Raises:
        Exception: as `read_segment`, and as `RunStore.metrics`.
    """
    logged = [row for path in segments(store) for row in read_segment(path).rows]
    mirrored = {int(row["step"]): row for row in merge_steps(logged)}
    missing = []
    for row in store.metrics():
        there = mirrored.get(int(row["step"]), {})
        absent = {name: value for name, value in row.items() if not _same(there.get(name), value)}
        if absent:
            missing.append({**absent, "step": row["step"]})
    return missing


def _same(one: float | None, other: float) -> bool:
    return one == other or (one is not None and math.isnan(one) and math.isnan(other))
