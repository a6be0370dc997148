"""The Trainer that the settings name, and nothing that they do not."""

import logging

import pytest
from pytorch_lightning.callbacks import ModelCheckpoint, ProgressBar

from research.settings.training import TrainerSettings
from research.training.checkpoints import DurableCheckpointIO
from research.training.trainer import build_trainer
from tests.parity.module import Parity
from tests.research.training.conftest import parity_settings


@pytest.fixture(autouse=True)
def lightnings_log():
    """It is made quieter; other tests shall find it as it was."""
    logger = logging.getLogger("pytorch_lightning")
    level = logger.level
    yield
    logger.setLevel(level)


def test_the_settings_are_the_trainers(tmp_path):
    settings = TrainerSettings(max_steps=7, accelerator="cpu", precision="bf16-mixed")
    trainer = build_trainer(settings, tmp_path)
    assert (trainer.max_steps, trainer.precision, trainer.num_devices) == (7, "bf16-mixed", 1)
    assert trainer.max_epochs == -1, "steps alone end a run"
    assert isinstance(trainer.strategy.checkpoint_io, DurableCheckpointIO)


def test_lightning_adds_no_callback_that_shows_or_writes(tmp_path):
    trainer = build_trainer(TrainerSettings(accelerator="cpu"), tmp_path)
    assert not any(isinstance(each, ModelCheckpoint | ProgressBar) for each in trainer.callbacks)
    assert trainer.loggers == []


def test_a_run_prints_nothing_and_leaves_nothing_behind(tmp_path, capfd):
    settings = parity_settings(max_steps=5)
    build_trainer(settings.trainer, tmp_path).fit(Parity(settings))
    assert capfd.readouterr() == ("", "")
    assert list(tmp_path.iterdir()) == []
