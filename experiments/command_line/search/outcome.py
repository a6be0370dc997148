"""What became of a trial whose processes have ended: what the study is told of it."""

import errno
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal

from research.records.errors import RecordError
from research.records.status import State
from research.records.store import RunStore
from research.search.errors import StorageError
from research.settings.errors import SettingsError
from research.settings.search import ObjectiveSettings

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What a disk says that has no room left; the trial is not to blame for it."""
ROOM = 2**16
"""Bytes that a run needs at least to say how it ended."""
_END_OF_LOG = 2**14

End = Literal["complete", "pruned", "failed", "again", "disk full"]


@dataclass(frozen=True)
class Ending:
    """How a trial ended.

    Attributes:
        end: `again` is a trial that was stopped or killed, or whose study's storage was away; it is
            to be gone on with.
        value: of the objective, where the trial is complete.
        message: what happened, in one line.
        attributes: what the study keeps of it: step, seconds, and whether the objective's value was
            reached.
    """

    end: End
    value: float = 0.0
    message: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)


def ending(objective: ObjectiveSettings, stores: Sequence[RunStore], killed: bool) -> Ending:
    """How a trial stands by the records of its runs.

    Args:
        objective: the number by which it is judged.
        stores: its runs, one for each seed.
        killed: whether the process of one was killed.
    """
    statuses = [store.status() for store in stores]
    attributes = {
        "step": max(status.step for status in statuses),
        "seconds": round(sum(status.seconds for status in statuses), 3),
    }
    pruned, diverged, failed = (_first(state, stores) for state in ("pruned", "diverged", "failed"))
    if pruned:
        return Ending("pruned", message=pruned.status().message, attributes=attributes)
    if diverged:
        attributes["step"] = diverged.status().step
        message = f"diverged: {diverged.status().message}"
        return Ending("failed", message=_of_seed(message, diverged, stores), attributes=attributes)
    if failed and says_full(failed):
        return Ending("disk full")
    if failed and not killed and not _lost_its_study(failed):
        message = _of_seed(failed.status().message, failed, stores)
        return Ending("failed", message=message, attributes=attributes)
    left = [status.message for status in statuses if status.state != "done"]
    if left:
        return Ending("again", message=left[0], attributes=attributes)
    return _judged(objective, stores, attributes)


def _first(state: State, stores: Sequence[RunStore]) -> RunStore | None:
    return next((store for store in stores if store.status().state == state), None)


def _lost_its_study(store: RunStore) -> bool:
    """Whether a failed run could not report to its study; the trial is not to blame for it."""
    return store.status().message.startswith(f"{StorageError.__name__}: ")


def _judged(
    objective: ObjectiveSettings, stores: Sequence[RunStore], attributes: dict[str, Any]
) -> Ending:
    """The value of a trial whose runs are all done."""
    from research.search.objective import trial_value

    try:
        outcome = trial_value(objective, list(stores))
    except (SettingsError, RecordError) as error:
        return Ending("failed", message=" ".join(str(error).split()), attributes=attributes)
    attributes["reached"] = outcome.reached
    return Ending("complete", outcome.value, attributes=attributes)


def _of_seed(message: str, store: RunStore, stores: Sequence[RunStore]) -> str:
    return f"seed {store.seed}: {message}" if len(stores) > 1 else message


def says_full(store: RunStore) -> bool:
    """Whether a failed run, or this process now, finds no room on the disk of a run.

    A run that could not write its checkpoint could maybe not write its status or log either.
    """
    words = f"{store.status().message}\n{_last_line(store)}"
    if any(os.strerror(number) in words for number in FULL):
        return True
    probe = store.folder / f".room.{os.getpid()}.tmp"
    try:
        probe.write_bytes(bytes(ROOM))
    except OSError as error:
        return error.errno in FULL
    finally:
        with suppress(OSError):
            probe.unlink()
    return False


def _last_line(store: RunStore) -> str:
    """The last line that a run wrote: of an error that ended it, the error."""
    try:
        with store.log.open("rb") as log:
            log.seek(max(0, store.log.stat().st_size - _END_OF_LOG))
            lines = log.read().decode(errors="replace").split("\n")
    except OSError:
        return ""
    return next((line for line in reversed(lines) if line.strip()), "")
