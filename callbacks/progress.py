"""Progress of a run that nobody else watches: a live table on a terminal, plain lines in a pipe.

`descent run` shows all its processes in one display instead, which reads the record.
"""

import time
from typing import Any

from lightning_utilities.core.rank_zero import rank_zero_only
from pytorch_lightning import Callback, LightningModule, Trainer
from rich.console import Console
from rich.live import Live

from callbacks.optuna_trial import pruning
from callbacks.recorder import ending, shown_metrics
from research.records.display import SECONDS_BETWEEN_LINES, RunProgress, line, render
from research.records.status import State, Status

_SECONDS_BETWEEN_DRAWS = 0.25


class Progress(Callback):
    """Shows step, loss, accuracy, steps/s and time left of any LightningModule's training.

    Args:
        label: what the run is called.
        seed: its seed, where it has one.
        console: where to show it.
    """

    def __init__(self, label: str = "run", seed: int = 0, console: Console | None = None) -> None:
        self.label = label
        self.seed = seed
        self.console = console or Console()
        self._live: Live | None = None
        self._began = 0.0
        self._first_step = 0
        self._shown = 0.0

    @rank_zero_only
    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Starts the display."""
        del pl_module
        self._began, self._first_step = time.monotonic(), trainer.global_step
        if self.console.is_terminal:
            self._live = Live(console=self.console, auto_refresh=False)
            self._live.start()
        self._show(trainer, "running")

    @rank_zero_only
    def on_train_batch_end(
        self, trainer: Trainer, pl_module: LightningModule, outputs: Any, batch: Any, batch_idx: int
    ) -> None:
        """Refreshes the display, now and then."""
        del pl_module, outputs, batch, batch_idx
        pause = _SECONDS_BETWEEN_DRAWS if self._live else SECONDS_BETWEEN_LINES
        if time.monotonic() - self._shown >= pause:
            self._show(trainer, "running")

    @rank_zero_only
    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Shows the end and stops the display."""
        del pl_module
        reason = pruning(trainer)
        self._end(trainer, "pruned" if reason else "done", message=reason)

    @rank_zero_only
    def on_exception(
        self, trainer: Trainer, pl_module: LightningModule, exception: BaseException
    ) -> None:
        """Shows where and why the run broke off, and leaves the terminal as it was."""
        del pl_module
        self._end(trainer, *ending(exception, trainer.global_step))

    def _end(
        self, trainer: Trainer, state: State, step: int | None = None, message: str = ""
    ) -> None:
        self._show(trainer, state, step, message)
        if self._live:
            self._live.stop()
            self._live = None

    def _show(
        self, trainer: Trainer, state: State, step: int | None = None, message: str = ""
    ) -> None:
        self._shown = time.monotonic()
        seconds = self._shown - self._began
        steps = trainer.global_step - self._first_step
        status = Status(
            state=state,
            step=trainer.global_step if step is None else step,
            max_steps=max(trainer.max_steps, 0),
            message=message,
            steps_per_second=steps / seconds if seconds > 0 else 0.0,
            seconds=seconds,
            metrics=shown_metrics(trainer),
        )
        run = RunProgress(self.label, self.seed, status)
        if self._live:
            self._live.update(render([run]), refresh=True)
        else:
            self.console.print(line(run), markup=False, highlight=False, soft_wrap=True)
