"""From the options of `run` to the plan of a record, and the folder that it goes to."""

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Any

from experiments.command_line.catalog import Experiment
from experiments.command_line.option_values import Mirroring
from research.records.plan import Plan, VariantPlan
from research.settings.base import Settings
from research.settings.errors import SettingsError
from research.settings.resolve import ResolvedCommand


def make_plan(
    experiment: Experiment,
    command: ResolvedCommand[Settings],
    overrides: dict[str, Any],
    workers: int | None,
    wandb: Mirroring,
) -> Plan:
    """Everything that is needed to repeat the command.

    Args:
        experiment: what runs.
        command: its resolved settings and seeds.
        overrides: settings of the command line by dotted key.
        workers: runs at a time; None takes what suits the machine.
        wandb: how runs are mirrored.
    """
    from experiments.command_line.launch import default_threads, default_workers

    runs = sum(len(seeds) for seeds in command.runs.values())
    trainers = [getattr(each.settings, "trainer", None) for each in command.variants.values()]
    devices = max(getattr(trainer, "devices", 1) for trainer in trainers)
    if workers is None:
        workers = default_workers(runs, getattr(trainers[0], "accelerator", "auto"), devices)
    own_folder = experiment.own_folder
    return Plan(
        experiment=experiment.name,
        folder=str(own_folder) if own_folder is not None else None,
        preset=command.preset,
        overrides=overrides,
        workers=workers,
        threads=command.threads or default_threads(workers * devices),
        wandb=wandb,
        variants={
            name: VariantPlan(label=each.label, settings=each.settings.model_dump(mode="json"))
            for name, each in command.variants.items()
        },
        runs=command.runs,
    )


def record_folder(out: Path | None, experiment: Experiment, now: datetime) -> Path:
    """The folder of a new record, made and seen to be writable.

    Args:
        out: what `--out` says; None makes runs/<experiment>/<stamp> below the current directory.
        experiment: what runs.
        now: the stamp.

    Raises:
        SettingsError: something lies there already, or nothing can be written there.
    """
    folder = out if out is not None else _stamped(experiment, now)
    option = "--out" if out is not None else "the folder of the record"
    try:
        if folder.is_dir() and any(folder.iterdir()):
            kind = "a record already" if (folder / "settings.yaml").exists() else "not empty"
            advice = f", or `descent resume {folder}`" if kind == "a record already" else ""
            raise SettingsError(f"{option}: {folder} is {kind}, expected a new folder{advice}")
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except FileExistsError as error:
        raise SettingsError(f"{option}: {folder} is a file, expected a new folder") from error
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SettingsError(
            f"{option}: {folder} can't be written ({reason}), expected a folder that can"
        ) from error


def _stamped(experiment: Experiment, now: datetime) -> Path:
    parent = Path("runs") / experiment.name
    stamp = f"{now:%Y%m%d-%H%M%S}"
    names = [stamp, *(f"{stamp}-{number}" for number in range(2, 1000))]
    return next(parent / name for name in names if not (parent / name).exists())
