"""The LightningModule of schedules: trains one problem, and holds the rates against torch's."""

from pytorch_lightning import Callback

from callbacks.standard import standard_callbacks
from experiments.schedules.settings import SchedulesSettings
from research.image_task import ImageTask
from research.optim.schedules import factor
from research.optim.torch_schedules import rates_of_torch
from research.settings.schedules import RangeTestSettings
from research.training.module import TrainingModule


class Schedules(TrainingModule):
    """A small network on noisy images, under any schedule.

    Before its first step it logs `schedule/difference_from_torch`, the largest difference over the
    whole run between our rates and those of torch's scheduler, where torch has one.

    Args:
        settings: data, model and training.
        seed: the seed of the run; data and its noise have their own.
    """

    settings: SchedulesSettings
    task: ImageTask

    def build_task(self) -> ImageTask:
        """The images, and the network."""
        return ImageTask(self.settings.data, self.settings.model, self.settings.data_folder)

    def configure_callbacks(self) -> list[Callback]:
        """The schedule, and what else the settings name."""
        return standard_callbacks(self.settings)

    def on_train_start(self) -> None:
        """Compares the schedule with torch's, once."""
        super().on_train_start()
        difference = difference_from_torch(self.settings) if self.steps == 0 else None
        if difference is not None:
            for logger in self.trainer.loggers:
                logger.log_metrics({"schedule/difference_from_torch": difference}, step=0)


def difference_from_torch(settings: SchedulesSettings) -> float | None:
    """Largest |lr(t) - torch's lr(t)| over the whole run; None where torch has no twin."""
    schedule, total = settings.schedule, settings.trainer.max_steps
    if isinstance(schedule, RangeTestSettings):
        return None
    lr = settings.optimizer.lr
    theirs = rates_of_torch(schedule, lr, total)
    if theirs is None:
        return None
    return max(abs(lr * factor(schedule, t, total) - rate) for t, rate in enumerate(theirs))
