"""One run in its own process: `python -m experiments.command_line.one_run RECORD VARIANT SEED`.

The launcher starts it; under several devices Lightning starts it again for the other ranks.
Whatever happens, the run's status says so: the launcher and the display read it from the record.
"""

import os
import sys
import threading
from dataclasses import replace
from pathlib import Path
from signal import SIGTERM
from typing import TYPE_CHECKING

from experiments.command_line.catalog import find
from research.records.store import Record, RunStore
from research.settings.errors import SettingsError
from research.training.interruption import Interrupted, Interruption

if TYPE_CHECKING:
    from pytorch_lightning import Callback, Trainer
    from pytorch_lightning.loggers import Logger

    from research.settings.training import TrainerSettings
    from research.training.module import TrainingModule
    from research.training.sweep import SweepModule


def main(arguments: list[str]) -> int:
    """Trains one run, from its newest checkpoint if it has one; or sweeps its points.

    Args:
        arguments: the record's folder, the variant, the seed.

    Returns:
        0 if the run is done or diverged, 1 if it failed, 128 + signal if it was interrupted.
    """
    folder, variant, seed = arguments
    record = Record.open(Path(folder))
    store = record.run(variant, int(seed))
    _follow_the_launcher()
    with Interruption() as interruption:
        try:
            _compute(record, store, interruption)
        except Interrupted as stop:
            return stop.exit_code
        except Exception as error:
            return _failed(store, error)
    return 0


def _compute(record: Record, store: RunStore, interruption: Interruption) -> None:
    """Fits or predicts, as the settings of the experiment are those of training or of a sweep."""
    import torch

    from research.settings.sweep import SweepSettings
    from research.settings.training import TrainingSettings

    torch.set_num_threads(record.plan.threads)
    experiment = find(record.plan.folder or record.plan.experiment)
    settings = experiment.settings_class().model_validate(
        record.plan.variants[store.variant].settings
    )
    if not isinstance(settings, TrainingSettings | SweepSettings):
        raise SettingsError(
            f"{experiment.name}: its settings are neither TrainingSettings nor SweepSettings"
        )
    module = experiment.module_class()(settings, store.seed)
    module.interruption = interruption
    if isinstance(settings, SweepSettings):
        _sweep(record, store, module)
    else:
        _train(record, store, module, settings.trainer)


def _sweep(record: Record, store: RunStore, module: "SweepModule") -> None:
    """Computes the points that have no row yet."""
    from callbacks.recorder import Recorder
    from research.settings.training import TrainerSettings
    from research.training.trainer import build_trainer

    store.repair()
    module.done = {int(row["step"]) for row in store.metrics()}
    where = TrainerSettings(accelerator=module.settings.trainer.accelerator)
    trainer = build_trainer(where, store.folder, [Recorder(store)], _loggers(record, store))
    assert module.interruption is not None
    module.interruption.raise_if_requested()
    trainer.predict(module, return_predictions=False)


def _train(
    record: Record, store: RunStore, module: "TrainingModule", settings: "TrainerSettings"
) -> None:
    from research.training.checkpoints import newest_valid

    checkpoint = newest_valid(store.checkpoints)
    if _is_first_process():
        store.keep_until(checkpoint.step)
        for damaged in checkpoint.damaged:
            record.note_warning(f"{damaged}; went on from step {checkpoint.step} instead")
    trainer = recorded_trainer(record, store, settings)
    assert module.interruption is not None
    module.interruption.raise_if_requested()
    trainer.fit(module, ckpt_path=checkpoint.path, weights_only=True)


def recorded_trainer(
    record: Record, store: RunStore, settings: "TrainerSettings", *watchers: "Callback"
) -> "Trainer":
    """The Trainer of a run of a record: metrics, status, checkpoints and the mirror to W&B.

    Args:
        record: the record.
        store: the run.
        settings: device, length, precision.
        watchers: further callbacks.
    """
    from callbacks.durable_checkpoint import DurableCheckpoint
    from callbacks.recorder import Recorder
    from research.training.trainer import build_trainer

    every, kept = settings.checkpoint_every, settings.checkpoints_kept
    checkpoints = DurableCheckpoint(store.checkpoints, every, kept)
    watching = [Recorder(store), checkpoints, *watchers]
    return build_trainer(settings, store.folder, watching, _loggers(record, store))


def _loggers(record: Record, store: RunStore) -> "list[Logger]":
    """The record, and its mirror where W&B is not off."""
    from research.records.record_logger import RecordLogger
    from research.records.wandb_mirror import make_logger

    mirror = make_logger(store, record.plan, record)
    return [RecordLogger(store), *([mirror] if mirror else [])]


def _failed(store: RunStore, error: Exception) -> int:
    """Writes the failure down: the whole story to the log, one line to the status."""
    import traceback

    from callbacks.divergence import Diverged
    from callbacks.recorder import one_line

    if isinstance(error, Diverged):
        return 0
    traceback.print_exception(error)
    if _is_first_process():
        store.write_status(replace(store.status(), state="failed", message=one_line(error), pid=0))
    return 1


def _is_first_process() -> bool:
    """Whether this is rank 0, before Lightning could tell."""
    return all(
        os.environ.get(name, "0") == "0" for name in ("LOCAL_RANK", "NODE_RANK", "SLURM_PROCID")
    )


def _follow_the_launcher() -> None:
    """Stops this process when its launcher is gone, even by kill -9: its pipe then ends."""
    if os.environ.get("DESCENT_LAUNCHED") != "1":
        return

    def wait() -> None:
        os.read(sys.stdin.fileno(), 1)
        os.kill(os.getpid(), SIGTERM)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
