"""`descent sync`: sends what W&B keeps offline in a record to the server, oldest first.

W&B's own `wandb sync` does the sending. It starts a run's later files where the earlier ended, but
it stops at a file with a torn end, such as a killed process leaves; and its exit code says nothing.
So files are looked at first, and believed to be sent only when W&B has marked them.
"""

import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rich.console import Console

from research.records import wandb_mode, wandb_session
from research.records.run_store import RunStore
from research.records.store import Record
from research.records.wandb_history import Segment, read_segment
from research.records.wandb_trial import run_name
from research.settings.errors import SettingsError

SEND_SECONDS = 300.0
"""For the files of one run. W&B by itself tries again for hours."""
TORN = "ends with an incomplete record"
"""W&B's words for a file whose end is missing."""


def sync(folders: Sequence[Path], console: Console) -> None:
    """Sends all W&B files of all runs that the server lacks.

    Args:
        folders: records.
        console: gets one line per run that is sent, and one per record of which something is not.

    Raises:
        SettingsError: a folder holds no record, no one is logged in, the server is away, or it did
            not take everything.
    """
    records = [Record.open(folder) for folder in folders]
    waiting = [
        (record, store) for record in records for store in record.runs() if waiting_segments(store)
    ]
    for record in records:
        for line in _not_sent(record):
            console.print(
                f"{_label(record)}: {line}", markup=False, highlight=False, soft_wrap=True
            )
    if not waiting:
        return
    require_server()
    failed = sum(not _sync_run(record, store, console) for record, store in waiting)
    if failed:
        raise SettingsError(
            f"{failed} of {len(waiting)} runs were not sent whole; sync again to send the rest"
        )


def _label(record: Record) -> str:
    """What a record is called in a line; a trial's folder is but a number."""
    trial = record.plan.trial
    return f"{trial.study} trial-{trial.number:04}" if trial else record.name


def _not_sent(record: Record) -> list[str]:
    """What of a record is not sent, and why; nothing where all of it waits to be."""
    runs = record.runs()
    trained = [store for store in runs if _is_trained(store)]
    if trained:
        names = ", ".join(run_name(store, record.plan) for store in trained)
        return [f"{names} being trained, nothing to send of it; sync again when it has ended"]
    if any(waiting_segments(store) for store in runs):
        return []
    if any(wandb_session.segments(store) for store in runs):
        return ["W&B has everything already: nothing to send"]
    if not any(store.metrics() for store in runs):
        return ["no run has begun: nothing to send"]
    option = "--wandb off" if record.plan.wandb == "off" else "W&B switched off"
    return [f"was run with {option}: nothing to send, W&B has nothing of it"]


def waiting_segments(store: RunStore) -> list[Path]:
    """W&B's files of a run that the server lacks; none of a run that is being trained."""
    if _is_trained(store):
        return []
    files = wandb_session.segments(store)
    return [path for path in files if not wandb_session.synced_mark(path).exists()]


def _is_trained(store: RunStore) -> bool:
    status = store.status()
    return status.state == "running" and _is_alive(status.pid)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return process > 0


def require_server(doing: str = "sync", instead: str = "") -> None:
    """Checks that there is someone to send for, and a server to send to.

    Args:
        doing: what is to be done again when it can.
        instead: what a refusal adds, where there is a way without a login.

    Raises:
        SettingsError: no one is logged in, or the server is away.
    """
    from wandb.errors import AuthenticationError

    try:
        logged_in = wandb_mode.logged_in()
    except AuthenticationError as error:
        raise SettingsError(f"W&B: {wandb_mode.one_line(error)}") from error
    if not logged_in:
        raise SettingsError(
            "no one is logged in to W&B; run `wandb login`, or set WANDB_API_KEY, then "
            f"{doing} again{instead}"
        )
    address = wandb_mode.server_address()
    if not wandb_mode.reachable(address):
        raise SettingsError(f"{address} can't be reached; {doing} again when it can")


def _sync_run(record: Record, store: RunStore, console: Console) -> bool:
    """Sends the files of one run in their order; whether the server has them all."""
    found = map(read_segment, waiting_segments(store))
    sent, failed = 0, 0
    for batch in _batches(found, record):
        if _send(batch, store.folder):
            sent += len(batch)
        else:
            failed += len(batch)
            break
    place = record.plan.trial.study if record.plan.trial else record.name
    name = f"{place} {run_name(store, record.plan)}"
    console.print(f"{name}: sent {sent} of {sent + failed} files", highlight=False)
    return not failed


def _batches(found: Iterable[Segment], record: Record) -> Iterator[list[Segment]]:
    """Groups that W&B can send at once: a file with a torn end is the last of its group."""
    batch: list[Segment] = []
    for segment in found:
        if not segment.readable:
            place = segment.path.relative_to(record.folder)
            wandb_session.warn_once(record, f"{place} is damaged and can't be sent")
            continue
        batch.append(segment)
        if not segment.whole:
            yield batch
            batch = []
    if batch:
        yield batch


def _send(batch: Sequence[Segment], folder: Path) -> bool:
    """Hands files to `wandb sync`; whether all of them are on the server.

    A torn file is never marked by W&B, though all that can be read of it was sent: it is marked
    here, if its end is all that W&B complains about.
    """
    command = [sys.executable, "-m", "wandb", "sync", "--include-online"]
    command += [str(segment.path) for segment in batch]
    variables = {"WANDB_SILENT": "false", "WANDB_DIR": str(folder)}
    try:
        outcome = subprocess.run(
            command,
            env={**os.environ, **wandb_session.QUIET_ENVIRONMENT, **variables},
            capture_output=True,
            text=True,
            timeout=SEND_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    errors = [line for line in outcome.stderr.splitlines() if "ERROR" in line]
    torn = batch[-1] if not batch[-1].whole else None
    if torn and outcome.returncode == 0 and errors and all(TORN in line for line in errors):
        wandb_session.synced_mark(torn.path).touch()
        errors = []
    if errors or outcome.returncode != 0:
        for segment in batch:
            wandb_session.synced_mark(segment.path).unlink(missing_ok=True)
        return False
    return all(wandb_session.synced_mark(segment.path).exists() for segment in batch)
