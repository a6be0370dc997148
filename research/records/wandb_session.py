"""How descent talks to Weights & Biases: online or not, under which id, and how long at most.

W&B is a mirror of the record. So nothing here waits for long, nothing is printed by W&B itself, and
nothing is sent that nobody asked for: no code, no console output, no git state, no machine data.
"""

import contextlib
import logging
import os
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from research.records.plan import Plan
from research.records.run_store import RunStore
from research.records.store import Record
from research.records.wandb_mode import Asked, find_mode, one_line
from research.records.wandb_trial import run_name, trial_config, trial_identity

if TYPE_CHECKING:
    import wandb

logger = logging.getLogger(__name__)

STEP_AXIS = "trainer/global_step"
"""The axis that Lightning's own WandbLogger uses; counted in optimizer steps."""
QUIET_ENVIRONMENT = {"WANDB_SILENT": "true", "WANDB_ERROR_REPORTING": "false"}
"""Read by W&B before it has settings. Error reports would go to its server unasked."""
SEGMENT_FOLDERS = "wandb/*run-*"
INIT_SECONDS = 15.0
FINISH_SECONDS = 20.0


def session_settings() -> "wandb.Settings":
    """Settings of every W&B run of a record."""
    import wandb

    return wandb.Settings(
        console="off",
        silent=True,
        save_code=False,
        disable_code=True,
        disable_git=True,
        disable_job_creation=True,
        label_disable=True,
        symlink=False,
        init_timeout=INIT_SECONDS,
        finish_timeout=FINISH_SECONDS,
        finish_timeout_raises=True,
        x_disable_meta=True,
        x_disable_machine_info=True,
        x_disable_stats=True,
        x_save_requirements=False,
    )


def start_run(identity: Mapping[str, Any], asked: Asked, record: Record) -> "wandb.Run":
    """Starts, or goes on with, the W&B run of one run; offline where online can't be had.

    It stands beside any W&B run that the process may have already.

    Args:
        identity: what `run_identity` returns.
        asked: what `asked_mode` says, not `off`.
        record: learns why a run is offline although the user expected another.

    Raises:
        Exception: whatever W&B raises, if offline does not work either.
    """
    os.environ.update(QUIET_ENVIRONMENT)
    mode = find_mode(asked)
    if mode.warning:
        warn_once(record, f"{mode.warning}; logged offline")
    if mode.name == "online":
        before = set(Path(identity["dir"]).glob(SEGMENT_FOLDERS))
        try:
            return _init(identity, "online")
        except Exception as error:
            reason = one_line(error).replace(identity["id"], "the id")
            warn_once(record, f"{reason}; logged offline")
            abandon_service()  # it thinks that the id is in use
            for folder in set(Path(identity["dir"]).glob(SEGMENT_FOLDERS)) - before:
                shutil.rmtree(folder, ignore_errors=True)
    return _init(identity, "offline")


def _init(identity: Mapping[str, Any], mode: Literal["online", "offline"]) -> "wandb.Run":
    import wandb

    settings = session_settings()
    wandb.setup(settings=settings)
    run = wandb.init(**identity, mode=mode, reinit="create_new", settings=settings)
    run.define_metric(STEP_AXIS)
    run.define_metric("*", step_metric=STEP_AXIS, step_sync=True)
    return run


def finish_run(run: "wandb.Run", success: bool, record: Record) -> None:
    """Ends a W&B run; an upload that takes longer than `FINISH_SECONDS` is left to `descent sync`.

    Raises:
        Exception: whatever W&B raises.
    """
    segment = Path(run.dir).parent / f"run-{run.id}.wandb"
    online = not run.offline
    try:
        run.finish(exit_code=0 if success else 1)
    except TimeoutError:
        warn_once(record, "the upload did not end in time; `descent sync` sends the rest")
        return
    if online:
        synced_mark(segment).touch()


def abandon_service() -> None:
    """After an error, takes back what W&B would do, and print, when this process ends."""
    import wandb

    with contextlib.suppress(Exception):
        wandb.teardown()


def run_identity(store: RunStore, plan: Plan, group: str) -> dict[str, Any]:
    """Arguments of `wandb.init` that say which run this is.

    Args:
        store: the run.
        plan: of its record.
        group: what its run is grouped by in W&B, unless it is a trial: those are by their study.

    Raises:
        OSError: the id can't be stored.
    """
    return {
        "project": os.environ.get("WANDB_PROJECT", "descent"),
        "group": group,
        "name": run_name(store, plan),
        "id": run_id(store),
        "resume": "allow",
        "dir": str(store.folder),
        "config": {
            **plan.variants[store.variant].settings,
            "experiment": plan.experiment,
            "preset": plan.preset,
            "variant": store.variant,
            "seed": store.seed,
            **trial_config(plan),
        },
        **trial_identity(plan),
    }


def run_id(store: RunStore) -> str:
    """The W&B id of a run, drawn once and kept in its folder, so that a resumed run goes on.

    The file appears whole and only once, also when the processes of one run ask together.

    Raises:
        OSError: the id can't be stored.
    """
    path = store.folder / "wandb_id"
    if not path.exists():
        store.folder.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".wandb_id.{secrets.token_hex(6)}.tmp")
        try:
            draft.write_text(secrets.token_hex(5), encoding="ascii")
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink(missing_ok=True)
    return path.read_text(encoding="ascii").strip()


def segments(store: RunStore) -> list[Path]:
    """W&B's files of a run, oldest first: one for every time that its W&B run was started."""
    return sorted(
        store.folder.glob(f"{SEGMENT_FOLDERS}/run-*.wandb"),
        key=lambda path: path.parent.name.removeprefix("offline-"),
    )


def synced_mark(segment: Path) -> Path:
    """The mark that `wandb sync` leaves beside a file that the server has; we leave it too."""
    return segment.with_suffix(".wandb.synced")


def warn_once(record: Record, text: str) -> None:
    """Says what is wrong with W&B: one line on the console and in the record, once per record.

    A record that can't be written is no reason to fail here: those who write it find out.
    """
    line = f"W&B: {text}"
    with contextlib.suppress(OSError):
        if line in record.warnings():
            return
        record.note_warning(line)
    logger.warning("%s", line)
