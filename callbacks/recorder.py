"""Keeps a run's status and arrays in its record, for the live display and the evidence."""

import os
import time
from typing import Any

from lightning_utilities.core.rank_zero import rank_zero_only
from pytorch_lightning import Callback, LightningModule, Trainer
from torch import Tensor

from callbacks.divergence import Diverged
from callbacks.optuna_trial import pruning
from research.records.run_store import RunStore
from research.records.status import State, Status
from research.settings.errors import SettingsError
from research.training.interruption import Interrupted
from research.training.sweep import SweepModule

_SECONDS_BETWEEN_UPDATES = 0.5
_SHOWN = ("train/loss", "train/accuracy", "validation/loss", "validation/accuracy")


class Recorder(Callback):
    """Writes the status of a run while it trains, or sweeps points, and how it ended.

    Metrics go to the record through RecordLogger. Arrays are taken from the module's `arrays`,
    where it has one: at every evaluation, or point of a sweep.

    Args:
        store: the run.
    """

    def __init__(self, store: RunStore) -> None:
        self.store = store
        self.seconds = 0.0
        self._began = 0.0
        self._written = 0.0
        self._speed = 0.0
        self._mark = (0.0, 0)

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """The run is running."""
        del pl_module
        self._begin(trainer)

    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Updates the status, at most twice a second."""
        del pl_module, outputs, batch, batch_idx
        if time.monotonic() - self._written >= _SECONDS_BETWEEN_UPDATES:
            self._write(trainer, "running")

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Stores the arrays of this evaluation."""
        self._store_arrays(trainer, pl_module)

    def on_fit_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """The run is done, or was pruned; its last checkpoint is written."""
        self._store_arrays(trainer, pl_module)
        reason = pruning(trainer)
        self._write(trainer, "pruned" if reason else "done", message=reason)

    def on_predict_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """The sweep is running; it has no checkpoint, so its time so far is in the status."""
        if isinstance(pl_module, SweepModule):
            pl_module.read_array = self.store.array
        self.seconds = self.store.status().seconds
        self._begin(trainer)

    def on_predict_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
        dataloader_idx: int = 0,
    ) -> None:
        """Stores the arrays of this point, before the module writes its row."""
        del dataloader_idx
        self._store_arrays(trainer, pl_module)
        self.on_train_batch_end(trainer, pl_module, outputs, batch, batch_idx)

    def on_predict_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """All points are done."""
        del pl_module
        self._write(trainer, "done")

    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """The run diverged, was interrupted, or failed."""
        del pl_module
        self._write(trainer, *ending(exception, progress(trainer)[0]))

    def _begin(self, trainer: Trainer) -> None:
        self._began = time.monotonic()
        self._mark = (self._began, progress(trainer)[0])
        self._write(trainer, "running")

    @rank_zero_only
    def _write(
        self, trainer: Trainer, state: State, step: int | None = None, message: str = ""
    ) -> None:
        now = time.monotonic()
        done, last = progress(trainer)
        since, mark = self._mark
        if now - since > 2 * _SECONDS_BETWEEN_UPDATES:
            self._speed = (done - mark) / (now - since)
            self._mark = (now, done)
        self._written = now
        self.store.write_status(
            Status(
                state=state,
                step=done if step is None else step,
                max_steps=last,
                message=message,
                steps_per_second=self._speed,
                seconds=self._seconds_until(now),
                metrics=shown_metrics(trainer),
                pid=os.getpid() if state == "running" else 0,
            )
        )

    @rank_zero_only
    def _store_arrays(self, trainer: Trainer, module: LightningModule) -> None:
        if isinstance(module, SweepModule):
            for index, arrays in module.arrays.items():
                self._store(arrays, index)
        else:
            self._store(getattr(module, "arrays", {}), trainer.global_step)

    def _store(self, arrays: dict[str, Tensor], step: int) -> None:
        """Takes the arrays out of a dictionary, one by one, and keeps them."""
        while arrays:
            name, values = arrays.popitem()
            self.store.save_array(name, step, values.double().cpu().numpy())

    def _seconds_until(self, now: float) -> float:
        return self.seconds + (now - self._began if self._began else 0.0)

    def state_dict(self) -> dict[str, Any]:
        """Seconds of training so far."""
        return {"seconds": self._seconds_until(time.monotonic())}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes up the seconds."""
        self.seconds = state_dict["seconds"]


def progress(trainer: Trainer) -> tuple[int, int]:
    """What is done and where the run ends, 0 for nowhere: optimizer steps, or a sweep's points."""
    module = trainer.lightning_module
    if isinstance(module, SweepModule):
        return module.progress()
    # Ours tell the Trainer the steps of a run that is resumed only after its callbacks were asked.
    done = max(trainer.global_step, getattr(trainer.lightning_module, "steps", 0))
    return done, max(trainer.max_steps, 0)


def shown_metrics(trainer: Trainer) -> dict[str, float]:
    """The latest values of the metrics that a display shows, as far as they are logged."""
    metrics = trainer.callback_metrics
    return {name: float(metrics[name]) for name in _SHOWN if name in metrics}


def ending(exception: BaseException, step: int) -> tuple[State, int, str]:
    """How a run that did not reach its end stands: state, step and what happened in one line."""
    match exception:
        case Diverged():
            return "diverged", exception.step, str(exception)
        case Interrupted():
            return "interrupted", step, str(exception)
        case _:
            return "failed", step, one_line(exception)


def one_line(error: BaseException) -> str:
    """What went wrong, in one line: a system's error and ours in their words, others with kind."""
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    text = " ".join(str(error).split())
    if isinstance(error, SettingsError):
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
