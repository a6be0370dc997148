"""The callbacks that every training run has: rate, divergence and early stop."""

from pytorch_lightning import Callback

from callbacks.divergence import Divergence
from callbacks.early_stop import EarlyStop
from callbacks.learning_rate import LearningRateSchedule
from research.settings.training import TrainingSettings


def standard_callbacks(settings: TrainingSettings) -> list[Callback]:
    """Schedule, divergence and, where the settings say so, early stop.

    A module returns them from `configure_callbacks`, so that its settings hold under any Trainer.
    """
    stop = [EarlyStop(settings.stop)] if settings.stop else []
    return [LearningRateSchedule(settings.schedule), Divergence(), *stop]
