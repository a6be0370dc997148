"""The learning-rate range test: watches the loss while the rate rises, and suggests one.

Any training experiment does it: `--schedule.name range_test`.
"""

from collections.abc import Mapping
from typing import Any

from pytorch_lightning import Callback, LightningModule, Trainer
from torch import Tensor

from research.optim.range_test import end_of_test, smoothed, suggest
from research.optim.schedules import range_test_rate
from research.settings.schedules import RangeTestSettings


class RangeTest(Callback):
    """Logs rate and loss of every update, ends the run when the loss explodes, suggests a rate.

    The rates themselves are set by LearningRateSchedule. A loss that is no number ends the test,
    not in an error but as what was looked for. Works on any LightningModule whose training_step
    returns a loss, or {"loss": losses of several steps}.

    Logged: `range_test/lr`, `range_test/loss` and `range_test/smoothed` at every update, and at the
    end `range_test/suggested_lr` and `range_test/lowest_loss_lr`, where the loss falls at all.

    Args:
        settings: rates, smoothing, and where it ends.
    """

    def __init__(self, settings: RangeTestSettings) -> None:
        self.settings = settings
        self.losses: list[float] = []

    def on_train_batch_end(
        self,
        trainer: Trainer,
        pl_module: LightningModule,
        outputs: Tensor | Mapping[str, Any] | None,
        batch: Any,
        batch_idx: int,
    ) -> None:
        """Takes in the losses of the steps just taken, and ends the run if they say so."""
        del pl_module, batch, batch_idx
        losses = outputs.get("loss") if isinstance(outputs, Mapping) else outputs
        if losses is None:
            return
        before = len(self.losses)
        self.losses += losses.detach().reshape(-1).tolist()
        averages = smoothed(self.losses, self.settings.smoothing)
        for step in range(before, len(self.losses)):
            self._log(
                trainer,
                step + 1,
                lr=self._rate(trainer, step),
                loss=self.losses[step],
                smoothed=averages[step],
            )
        exploded = end_of_test(averages, self.settings.stop_at) is not None
        if trainer.strategy.reduce_boolean_decision(exploded, all=False):
            trainer.should_stop = True

    def on_train_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Logs the suggestion."""
        del pl_module
        averages = smoothed(self.losses, self.settings.smoothing)
        averages = averages[: end_of_test(averages, self.settings.stop_at)]
        rates = [self._rate(trainer, step) for step in range(len(averages))]
        found = suggest(rates, averages)
        if found is not None:
            self._log(
                trainer, len(self.losses), suggested_lr=found.steepest, lowest_loss_lr=found.lowest
            )

    def _rate(self, trainer: Trainer, step: int) -> float:
        total = trainer.max_steps if trainer.max_steps > 0 else None
        return range_test_rate(self.settings, step, total)

    @staticmethod
    def _log(trainer: Trainer, step: int, **values: float) -> None:
        row = {f"range_test/{name}": value for name, value in values.items()}
        for logger in trainer.loggers:
            logger.log_metrics(row, step=step)

    def state_dict(self) -> dict[str, Any]:
        """The losses so far."""
        return {"losses": self.losses}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes up the losses."""
        self.losses = state_dict["losses"]
