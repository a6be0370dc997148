"""What the process of a run computes: a training, a sweep, or one after the other as stages.

It goes on where the run stands: a training from its newest checkpoint, a sweep with the points that
have no row, a run of several stages with the first that is not done.
"""

import os
from dataclasses import dataclass, replace

import torch
from pytorch_lightning import Callback, Trainer
from pytorch_lightning.loggers import Logger

from callbacks.durable_checkpoint import DurableCheckpoint
from callbacks.recorder import Recorder
from experiments.command_line.catalog import experiment_of
from experiments.command_line.ranks import is_first_process
from experiments.command_line.search.pruning import refuse_pruning, trial_watchers
from research.records.record_logger import RecordLogger
from research.records.stage_store import StageStore, write_stages
from research.records.store import Record, RunStore
from research.records.wandb_mirror import Mirror, make_logger
from research.search.objective import trial_value
from research.settings.errors import SettingsError
from research.settings.sweep import SweepSettings, SweepTrainerSettings
from research.settings.training import TrainerSettings, TrainingSettings
from research.training.checkpoints import newest_valid
from research.training.interruption import Interruption
from research.training.module import TrainingModule
from research.training.stages import Done, StagedRun
from research.training.sweep import SweepModule
from research.training.trainer import build_trainer


def compute(record: Record, store: RunStore, interruption: Interruption) -> None:
    """Computes what is left of a run.

    Raises:
        Exception: whatever the run raises, and Interrupted where it was asked to stop.
        SettingsError: the experiment is neither a training, nor a sweep, nor a run of stages.
    """
    torch.set_num_threads(record.plan.threads)
    experiment = experiment_of(record.plan)
    settings = experiment.settings_class().model_validate(
        record.plan.variants[store.variant].settings
    )
    if not isinstance(settings, TrainingSettings | SweepSettings):
        raise SettingsError(
            f"{experiment.name}: its settings are neither TrainingSettings nor SweepSettings"
        )
    run = experiment.module_class()(settings, store.seed)
    place = _Place(record, settings.trainer, interruption, _mirror(record, store))
    if isinstance(run, StagedRun):
        _compute_stages(store, run, place)
    else:
        _compute_one(store, run, place)


@dataclass(frozen=True)
class _Place:
    """Where a run computes, and what all its stages share.

    Attributes:
        record: the record of the run.
        where: the devices; and for how long, if the run is one training.
        interruption: a request to stop.
        mirror: W&B's logger, if W&B is not off.
    """

    record: Record
    where: TrainerSettings | SweepTrainerSettings
    interruption: Interruption
    mirror: Mirror | None


def _mirror(record: Record, store: RunStore) -> Mirror | None:
    """W&B's logger; of a trial it tells in the end what the trial is judged by."""
    judged = record.plan.trial.objective if record.plan.trial else None
    if judged is None:
        return make_logger(store, record.plan, record)
    return make_logger(store, record.plan, record, lambda: trial_value(judged, [store]).value)


def _compute_stages(store: RunStore, run: StagedRun, place: _Place) -> None:
    """The stages that are not done, in their order."""
    refuse_pruning(place.record.plan, "a run of several stages")
    if is_first_process():
        write_stages(store, run.stages)
    left = [name for name in run.stages if not _is_done(store.stage(name))]
    done: dict[str, RunStore] = {}
    for name in run.stages:
        stage = done[name] = store.stage(name)
        if name not in left:
            continue
        if place.mirror:
            place.mirror.begin_stage(name, another_follows=name != left[-1])
        try:
            _compute_stage(stage, run, done, place)
        except BaseException:
            if place.mirror:
                place.mirror.finalize("failed")
            raise
    if is_first_process() and store.status().state != "done":
        store.write_status(replace(store.status(), state="done", message="", pid=0))


def _compute_stage(
    stage: StageStore, run: StagedRun, done: dict[str, RunStore], place: _Place
) -> None:
    """One stage; those in `done`, but for itself, are done."""
    place.interruption.raise_if_requested()
    if is_first_process():
        status = replace(stage.status(), state="running", message="", pid=os.getpid())
        stage.write_status(status)
    before = {name: store for name, store in done.items() if name != stage.name}
    _compute_one(stage, run.build(stage.name, Done(**before)), place)


def _is_done(stage: StageStore) -> bool:
    """Whether a stage has nothing left to compute; a damaged last checkpoint is made again."""
    return stage.status().state == "done" and not newest_valid(stage.checkpoints).damaged


def _compute_one(store: RunStore, module: TrainingModule | SweepModule, place: _Place) -> None:
    """Fits or predicts."""
    module.interruption = place.interruption
    if isinstance(module, SweepModule):
        _sweep(store, module, place)
    else:
        _train(store, module, place)


def _sweep(store: RunStore, module: SweepModule, place: _Place) -> None:
    """Computes the points that have no row yet."""
    refuse_pruning(place.record.plan, "a sweep of points")
    if is_first_process():
        store.repair()
    module.done = {int(row["step"]) for row in store.metrics()}
    settings = TrainerSettings(
        accelerator=place.where.accelerator,
        devices=place.where.devices,
        strategy=place.where.strategy,
        nodes=place.where.nodes,
    )
    loggers = _loggers(store, place.mirror)
    trainer = build_trainer(settings, store.folder, [Recorder(store)], loggers)
    place.interruption.raise_if_requested()
    trainer.predict(module, return_predictions=False)


def _train(store: RunStore, module: TrainingModule, place: _Place) -> None:
    """Trains from the newest checkpoint, if there is one."""
    checkpoint = newest_valid(store.checkpoints)
    if is_first_process():
        store.keep_until(checkpoint.step)
        for damaged in checkpoint.damaged:
            place.record.note_warning(f"{damaged}; went on from step {checkpoint.step} instead")
    watchers = trial_watchers(place.record.plan, store.seed)
    trainer = _training_trainer(store, module.settings.trainer, place.mirror, *watchers)
    place.interruption.raise_if_requested()
    trainer.fit(module, ckpt_path=checkpoint.path, weights_only=True)


def recorded_trainer(
    record: Record, store: RunStore, settings: TrainerSettings, *watchers: Callback
) -> Trainer:
    """The Trainer of a run of a record: metrics, status, checkpoints and the mirror to W&B.

    Args:
        record: the record.
        store: the run.
        settings: device, length, precision.
        watchers: further callbacks.
    """
    return _training_trainer(store, settings, make_logger(store, record.plan, record), *watchers)


def _training_trainer(
    store: RunStore, settings: TrainerSettings, mirror: Mirror | None, *watchers: Callback
) -> Trainer:
    every, kept = settings.checkpoint_every, settings.checkpoints_kept
    checkpoints = DurableCheckpoint(store.checkpoints, every, kept)
    watching = [Recorder(store), checkpoints, *watchers]
    return build_trainer(settings, store.folder, watching, _loggers(store, mirror))


def _loggers(store: RunStore, mirror: Mirror | None) -> list[Logger]:
    """The record, and its mirror where W&B is not off."""
    return [RecordLogger(store), *([mirror] if mirror else [])]
