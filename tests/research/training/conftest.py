"""A way to run the tiny task as `descent run` would, in this process."""

from types import SimpleNamespace

import pytest

from callbacks.durable_checkpoint import DurableCheckpoint
from callbacks.recorder import Recorder
from research.records.record_logger import RecordLogger
from research.records.run_store import RunStore
from research.settings.optimizers import AdamWSettings
from research.settings.schedules import LinearWarmupSettings
from research.settings.training import EvaluationSettings, TrainerSettings
from research.training.checkpoints import newest_valid
from research.training.trainer import build_trainer
from tests.parity.module import Parity
from tests.parity.settings import ParitySettings


def parity_settings(max_steps=60, **trainer):
    """The tiny experiment, shorter."""
    return ParitySettings(
        batch_size=8,
        optimizer=AdamWSettings(lr=0.01),
        schedule=LinearWarmupSettings(steps=10, start=0.1),
        trainer=TrainerSettings(
            max_steps=max_steps, log_every=3, checkpoint_every=10, accelerator="cpu", **trainer
        ),
        evaluation=EvaluationSettings(every=20, batch_size=16),
    )


@pytest.fixture
def train(tmp_path):
    """train(name) trains in that folder, from its newest checkpoint if it has one."""

    def run(name, callbacks=(), prepare=lambda module: None, **settings):
        store = RunStore(tmp_path / name, "parity", 0)
        found = newest_valid(store.checkpoints)
        store.keep_until(found.step)
        module = Parity(parity_settings(**settings), seed=5)
        prepare(module)
        checkpoints = DurableCheckpoint(store.checkpoints, module.settings.trainer.checkpoint_every)
        trainer = build_trainer(
            module.settings.trainer,
            store.folder,
            [*callbacks, Recorder(store), checkpoints],
            [RecordLogger(store)],
        )
        trainer.fit(module, ckpt_path=found.path, weights_only=True)
        return SimpleNamespace(module=module, trainer=trainer, store=store, found=found)

    return run


@pytest.fixture
def sweep(tmp_path):
    """sweep(name, module) computes the points that have no row yet, as `descent run` does."""

    def run(name, module, *callbacks):
        store = RunStore(tmp_path / name, "plain", 0)
        store.repair()
        module.done = {int(row["step"]) for row in store.metrics()}
        trainer = build_trainer(
            TrainerSettings(accelerator="cpu"),
            store.folder,
            [*callbacks, Recorder(store)],
            [RecordLogger(store)],
        )
        trainer.predict(module, return_predictions=False)
        return store

    return run
