"""The callbacks that the settings of every training run name: rate, weights, switch and stop."""

from pytorch_lightning import Callback

from callbacks.divergence import Divergence
from callbacks.early_stop import EarlyStop
from callbacks.learning_rate import LearningRateSchedule
from callbacks.optimizer_switch import OptimizerSwitch
from callbacks.range_test import RangeTest
from callbacks.schedule_free import ScheduleFreeWeights
from callbacks.weight_averaging import WeightAveraging
from research.settings.schedules import RangeTestSettings
from research.settings.training import TrainingSettings


def standard_callbacks(settings: TrainingSettings) -> list[Callback]:
    """Schedule, divergence and, where the settings name them, weights, switch and early stop.

    A module returns them from `configure_callbacks`, so that its settings hold under any Trainer.
    """
    return [
        LearningRateSchedule(settings.schedule),
        *_evaluated_weights(settings),
        *([OptimizerSwitch()] if settings.optimizer.switches else []),
        _watch(settings),
        *([EarlyStop(settings.stop)] if settings.stop else []),
    ]


def _watch(settings: TrainingSettings) -> Callback:
    """What looks at every loss: an exploding one is an error, or what a range test looks for."""
    schedule = settings.schedule
    return RangeTest(schedule) if isinstance(schedule, RangeTestSettings) else Divergence()


def _evaluated_weights(settings: TrainingSettings) -> list[Callback]:
    """What puts other weights in place at evaluations, where they are not those trained."""
    if settings.optimizer.averages_itself:
        return [ScheduleFreeWeights()]
    return [WeightAveraging(settings.averaging)] if settings.averaging else []
