"""From settings to a Lightning Trainer that adds nothing of its own."""

import logging
import warnings
from collections.abc import Sequence
from pathlib import Path

from pytorch_lightning import Callback, Trainer
from pytorch_lightning.callbacks import Checkpoint
from pytorch_lightning.loggers import Logger

from research.settings.training import TrainerSettings
from research.training.checkpoints import DurableCheckpointIO


def build_trainer(
    settings: TrainerSettings,
    folder: Path,
    callbacks: Sequence[Callback] = (),
    loggers: Sequence[Logger] = (),
) -> Trainer:
    """A Trainer as the settings say: no progress bar, summary or sanity check of its own.

    Args:
        settings: device, length, precision.
        folder: where Lightning may write, should it want to.
        callbacks: what watches the run.
        loggers: where metrics go.
    """
    logging.getLogger("pytorch_lightning").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        # An unused GPU is the user's choice, who said accelerator: cpu.
        warnings.filterwarnings("ignore", message="GPU available but not used")
        return Trainer(
            accelerator=settings.accelerator,
            devices=settings.devices,
            num_nodes=settings.nodes,
            strategy=settings.strategy,
            precision=settings.precision,
            max_steps=settings.max_steps,
            max_epochs=-1,
            callbacks=list(callbacks),
            logger=list(loggers),
            plugins=[DurableCheckpointIO()],
            default_root_dir=folder,
            log_every_n_steps=1,
            num_sanity_val_steps=0,
            enable_progress_bar=False,
            enable_model_summary=False,
            enable_checkpointing=any(isinstance(each, Checkpoint) for each in callbacks),
            use_distributed_sampler=False,
        )
