"""Checkpoints at evaluations, at the end, and when the run is asked to stop."""

from pathlib import Path
from typing import Any

from pytorch_lightning import LightningModule, Trainer
from pytorch_lightning.callbacks import Checkpoint

from research.training.checkpoints import all_checkpoints, file_name
from research.training.interruption import Interrupted


class DurableCheckpoint(Checkpoint):
    """Keeps the newest checkpoints of a run in a folder: step-000001200.ckpt.

    Args:
        folder: where they lie.
        every: least steps between two of them, each taken after an evaluation.
        kept: how many of the newest stay.
    """

    def __init__(self, folder: Path, every: int, kept: int = 2) -> None:
        self.folder = folder
        self.every = every
        self.kept = kept
        self.last = 0

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """A checkpoint, where enough steps have passed."""
        del pl_module
        if trainer.global_step >= self.last + self.every:
            self._save(trainer)

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """The last checkpoint."""
        del pl_module
        self._save(trainer)

    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """The checkpoint of a run that was asked to stop; a failed one keeps what it has."""
        del pl_module
        if isinstance(exception, Interrupted):
            self._save(trainer)

    def _save(self, trainer: Trainer) -> None:
        step = trainer.global_step
        if step > self.last:
            self.last = step
            newest = self.folder / file_name(step)
            trainer.save_checkpoint(newest)
            if trainer.is_global_zero:
                # Later ones are damaged, else the run had gone on from them: they count for none.
                older = [path for path in all_checkpoints(self.folder) if path.name < newest.name]
                for old in older[self.kept - 1 :]:
                    old.unlink()

    def state_dict(self) -> dict[str, Any]:
        """The step of the last checkpoint."""
        return {"last": self.last}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes up the step."""
        self.last = state_dict["last"]
