"""The learning rate, set before every update from a closed form lr(t), or lowered on a plateau."""

from dataclasses import asdict
from typing import Any

from pytorch_lightning import Callback, LightningModule, Trainer
from pytorch_lightning.trainer.states import TrainerFn
from torch.optim import Optimizer

from research.optim.plateau import Plateau
from research.optim.schedules import factor, range_test_rate
from research.settings.errors import SettingsError
from research.settings.schedules import (
    LinearWarmupSettings,
    PlateauSettings,
    RangeTestSettings,
    ScheduleSettings,
)


class LearningRateSchedule(Callback):
    """Sets lr(t) = lr * factor(t) before update t = 0, 1, ..., on every parameter group.

    It counts optimizer steps, not Lightning's batches, and works on any LightningModule. The base
    rates are those the optimizer came with; they are kept in checkpoints, since an optimizer's
    state holds only the rate last set. What a plateau remembers is kept there too.

    A schedule whose length is not set takes the Trainer's `max_steps`.

    Args:
        settings: the schedule, by name.

    Raises:
        ScheduleError: before the update whose rate would be negative, or no finite number.
        SettingsError: at the first evaluation, if nothing logs the metric of a plateau.
    """

    def __init__(self, settings: ScheduleSettings) -> None:
        self.settings = settings
        self.base_rates: list[float] = []
        self.plateau = Plateau()

    def on_train_start(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Remembers the rates that the schedule multiplies, unless a checkpoint already has."""
        del pl_module
        if not self.base_rates:
            groups = trainer.optimizers[0].param_groups
            self.base_rates = [float(group["lr"]) for group in groups]

    def on_before_optimizer_step(
        self, trainer: Trainer, pl_module: LightningModule, optimizer: Optimizer
    ) -> None:
        """Sets the rates of the coming update."""
        del pl_module
        scale = self.scale(trainer.global_step, trainer.max_steps)
        for group, base in zip(optimizer.param_groups, self.base_rates, strict=True):
            group["lr"] = base * scale

    def scale(self, step: int, max_steps: int) -> float:
        """What the base rates are multiplied by for update t = step of a run of so many steps.

        In a range test the first group has the rate of the test, and the others keep their ratio
        to it.
        """
        total = max_steps if max_steps > 0 else None
        if isinstance(self.settings, RangeTestSettings):
            return range_test_rate(self.settings, step, total) / self.base_rates[0]
        return factor(self.settings, step, total) * self.plateau.factor

    def on_validation_end(self, trainer: Trainer, pl_module: LightningModule) -> None:
        """Shows a plateau the metric of this evaluation."""
        del pl_module
        settings = plateau_of(self.settings)
        fitting = trainer.state.fn == TrainerFn.FITTING
        if settings is None or trainer.sanity_checking or not fitting:
            return
        if trainer.global_step <= warmup_steps(self.settings):
            return  # what follows a warmup begins after it
        value = trainer.callback_metrics.get(settings.metric)
        if value is None:
            known = ", ".join(sorted(trainer.callback_metrics))
            raise SettingsError(f"schedule.metric is {settings.metric}, expected one of {known}")
        self.plateau.observe(settings, float(value))

    def state_dict(self) -> dict[str, Any]:
        """The base rates, and what a plateau remembers."""
        return {"base_rates": self.base_rates, "plateau": asdict(self.plateau)}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes up both."""
        self.base_rates = state_dict["base_rates"]
        self.plateau = Plateau(**state_dict["plateau"])


def warmup_steps(settings: ScheduleSettings) -> int:
    """Updates of the warmup, 0 without one."""
    return settings.steps if isinstance(settings, LinearWarmupSettings) else 0


def plateau_of(settings: ScheduleSettings) -> PlateauSettings | None:
    """The plateau of a schedule: itself, or what follows its warmup."""
    last = settings.then if isinstance(settings, LinearWarmupSettings) else settings
    return last if isinstance(last, PlateauSettings) else None
