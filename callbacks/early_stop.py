"""Ends a run once a metric has reached a value and a hold has passed."""

from typing import Any

from pytorch_lightning import Callback, LightningModule, Trainer

from research.settings.errors import SettingsError
from research.settings.training import StopSettings


class EarlyStop(Callback):
    """Stops after the evaluation at which `hold` steps have passed since metric >= at_least.

    The hold shows that the claim's condition was no accident, and gives the figure its plateau.
    Works on any LightningModule that logs the metric.

    Args:
        settings: metric, value and hold.

    Raises:
        SettingsError: at the first evaluation, if nothing logs the metric.
    """

    def __init__(self, settings: StopSettings) -> None:
        self.settings = settings
        self.reached_at: int | None = None

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """A resumed run may already be at its end; ours tell the Trainer their steps only later."""
        self._stop_after_hold(trainer, getattr(pl_module, "steps", 0))

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Looks at the metric."""
        del pl_module
        if trainer.sanity_checking:
            return
        value = trainer.callback_metrics.get(self.settings.metric)
        if value is None:
            known = ", ".join(sorted(trainer.callback_metrics))
            raise SettingsError(f"stop.metric is {self.settings.metric}, expected one of {known}")
        if self.reached_at is None and float(value) >= self.settings.at_least:
            self.reached_at = trainer.global_step
        self._stop_after_hold(trainer)

    def _stop_after_hold(self, trainer: Trainer, counted: int = 0) -> None:
        steps = max(trainer.global_step, counted)
        if self.reached_at is not None and steps >= self.reached_at + self.settings.hold:
            trainer.should_stop = True

    def state_dict(self) -> dict[str, Any]:
        """The step at which the value was first reached."""
        return {"reached_at": self.reached_at}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes up the step."""
        self.reached_at = state_dict["reached_at"]
