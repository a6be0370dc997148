"""The state of one run, as one line of JSON that is replaced atomically."""

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from research.records.atomic import write_atomically
from research.records.errors import RecordError
from research.records.rows import decode_number, encode_number

State = Literal["waiting", "running", "done", "diverged", "pruned", "interrupted", "failed"]
FINISHED: frozenset[State] = frozenset({"done", "diverged", "pruned"})
"""States in which a run has nothing left to compute."""


@dataclass(frozen=True)
class Status:
    """Where a run stands.

    Attributes:
        state: `diverged` means NaN or infinite loss, `pruned` a trial that its study gave up,
            `interrupted` a run that can go on, `failed` an error.
        step: optimizer steps done.
        max_steps: steps after which the run ends at the latest; 0 while unknown.
        message: what happened, in one line, for `diverged`, `interrupted` and `failed`.
        steps_per_second: current speed.
        seconds: wall-clock seconds of training, over all resumes.
        metrics: latest values, by metric.
        pid: process that computes, 0 for none.
        stage: the stage that a run of several stages is in; its step and speed are the stage's.
    """

    state: State
    step: int = 0
    max_steps: int = 0
    message: str = ""
    steps_per_second: float = 0.0
    seconds: float = 0.0
    metrics: dict[str, float] = field(default_factory=dict)
    pid: int = 0
    stage: str = ""


def write_status(path: Path, status: Status) -> None:
    """Replaces the status at `path`.

    Raises:
        OSError: it could not be written; the old status is still there.
    """
    plain = dataclasses.asdict(status)
    for name in ("steps_per_second", "seconds"):
        plain[name] = encode_number(plain[name])
    plain["metrics"] = {name: encode_number(value) for name, value in status.metrics.items()}
    write_atomically(path, json.dumps(plain, allow_nan=False).encode() + b"\n")


def read_status(path: Path) -> Status:
    """The status at `path`; a missing file means that the run waits.

    Raises:
        RecordError: the file holds no status.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return Status("waiting")
    try:
        return _decode(json.loads(data))
    except (ValueError, TypeError, AttributeError) as error:
        raise RecordError(
            f"{path}:1: found no status of a run ({error}); delete it to start the run anew"
        ) from error


def _decode(plain: dict[str, Any]) -> Status:
    if plain.get("state") not in get_args(State):
        raise ValueError(
            f"state {plain.get('state')!r}, expected one of {', '.join(get_args(State))}"
        )
    for name in ("steps_per_second", "seconds"):
        plain[name] = decode_number(plain.get(name, 0.0))
    plain["metrics"] = {
        name: decode_number(value) for name, value in plain.get("metrics", {}).items()
    }
    return Status(**plain)
