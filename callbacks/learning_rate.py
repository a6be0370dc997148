"""The learning rate, set before every update from a closed form lr(t)."""

from typing import Any

from pytorch_lightning import Callback, LightningModule, Trainer
from torch.optim import Optimizer

from research.optim.schedules import factor
from research.settings.schedules import ScheduleSettings


class LearningRateSchedule(Callback):
    """Sets lr(t) = lr * factor(t) before update t = 0, 1, ..., on every parameter group.

    It counts optimizer steps, not Lightning's batches, and works on any LightningModule. The base
    rates are those the optimizer came with; they are kept in checkpoints, since an optimizer's
    state holds only the rate last set.

    Args:
        settings: the schedule, by name.
    """

    def __init__(self, settings: ScheduleSettings) -> None:
        self.settings = settings
        self.base_rates: list[float] = []

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
        scale = factor(self.settings, trainer.global_step)
        for group, base in zip(optimizer.param_groups, self.base_rates, strict=True):
            group["lr"] = base * scale

    def state_dict(self) -> dict[str, Any]:
        """The base rates."""
        return {"base_rates": self.base_rates}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Takes up the base rates."""
        self.base_rates = state_dict["base_rates"]
