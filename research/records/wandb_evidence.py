"""Adds figures, verdicts, classes, and any rows it missed, to the W&B run of every run of a record.

It works in a process of its own, so that W&B can neither hold up the command nor print into it, and
so that no W&B process outlives it.
"""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import research
from research.records import wandb_mode, wandb_session
from research.records.drawn import drawn_files
from research.records.run_store import RunStore
from research.records.status import FINISHED
from research.records.store import Record
from research.records.wandb_classes import class_media
from research.records.wandb_history import missing_rows
from research.records.wandb_trial import summary

if TYPE_CHECKING:
    from wandb.sdk.data_types.base_types.wb_value import WBValue

SECONDS = 60.0
SECONDS_PER_RUN = 10.0
COLUMNS = ("id", "text", "source", "measured", "threshold", "verdict", "note")


def publish_evidence(record: Record) -> None:
    """Sends figures and verdicts of a record to its W&B runs; offline they wait for `sync`.

    Pictures (PNG) and animations (GIF) go to every run; interactive figures (HTML), which hold
    megabytes of script each, to the first one that has begun.

    Every trouble ends as one warning. Does nothing where W&B is off.
    """
    if wandb_mode.asked_mode(record.plan.wandb, os.environ) == "off":
        return
    known = set(record.warnings())
    command = [sys.executable, "-m", "research.records.wandb_evidence", str(record.folder)]
    seconds = SECONDS + SECONDS_PER_RUN * len(record.runs())
    try:
        outcome = subprocess.run(
            command,
            env=_environment(),
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        wandb_session.warn_once(record, "sending the evidence did not end in time")
        return
    for line in record.warnings():
        if line not in known:
            wandb_session.logger.warning("%s", line)
    if outcome.returncode != 0:
        reason = (outcome.stderr.strip().splitlines() or ["no reason given"])[-1]
        wandb_session.warn_once(record, f"the evidence was not sent: {reason}")


def _environment() -> dict[str, str]:
    """This process's environment, in which the child finds the same `research`."""
    root = str(Path(research.__file__).parents[1])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    return {**os.environ, **wandb_session.QUIET_ENVIRONMENT, "PYTHONPATH": path}


def publish_here(record: Record) -> None:
    """What `publish_evidence` does, in this process.

    Raises:
        RecordError, OSError, ValueError: the record itself can't be read.
    """
    asked = wandb_mode.asked_mode(record.plan.wandb, os.environ)
    begun = [store for store in record.runs() if asked != "off" and store.metrics()]
    for store in begun:
        try:
            went_online = _publish_run(record, store, asked, store is begun[0])
        except Exception as error:
            wandb_session.warn_once(record, wandb_mode.one_line(error))
            wandb_session.abandon_service()
        else:
            # What could not be had for one run is not tried, and waited for, again.
            asked = asked if went_online else "offline"


def _publish_run(
    record: Record, store: RunStore, asked: wandb_mode.Asked, interactive: bool
) -> bool:
    """Returns whether the run was online; `interactive`: whether it gets the HTML figures."""
    missing = missing_rows(store)
    identity = wandb_session.run_identity(store, record.plan, record.name)
    run = wandb_session.start_run(identity, asked, record)
    online = not run.offline
    for row in missing:
        metrics = {name: value for name, value in row.items() if name != "step"}
        run.log({**metrics, wandb_session.STEP_AXIS: row["step"]})
    last_step = store.metrics()[-1]["step"]
    shown = {**_evidence(record, interactive), **class_media(store)}
    run.log({**shown, wandb_session.STEP_AXIS: last_step})
    for verdict in _verdicts(record):
        run.summary[f"verdict/{verdict['id']}"] = verdict["verdict"]
    state = store.status().state
    run.summary.update(summary(store, state in FINISHED, None))
    wandb_session.finish_run(run, state in FINISHED, record)
    return online


def _verdicts(record: Record) -> list[dict[str, Any]]:
    if not record.verdicts.exists():
        return []
    verdicts: list[dict[str, Any]] = json.loads(record.verdicts.read_bytes())
    return verdicts


def _evidence(record: Record, interactive: bool) -> "dict[str, WBValue]":
    """Figures and verdict table as W&B shows them; nothing that a user laid beside the figures."""
    import wandb

    shown: dict[str, WBValue] = {}
    for path in drawn_files(record, "png"):
        shown[f"figures/{path.stem}"] = wandb.Image(str(path))
    for path in drawn_files(record, "gif"):
        shown[f"animations/{path.stem}"] = wandb.Video(str(path), format="gif")
    for path in drawn_files(record, "html") if interactive else []:
        shown[f"interactive/{path.stem}"] = wandb.Html(str(path), inject=False)
    if verdicts := _verdicts(record):
        rows = [[verdict.get(name) for name in COLUMNS] for verdict in verdicts]
        shown["verdicts"] = wandb.Table(columns=list(COLUMNS), data=rows)
    return shown


if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    publish_here(Record.open(Path(sys.argv[1])))
