"""The callbacks that the settings of a training run name: rate, weights, stop, what to watch."""

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
from research.settings.watching import WatchSettings


def standard_callbacks(settings: TrainingSettings) -> list[Callback]:
    """Schedule, divergence and, where the settings name them, weights, switch, stop and watching.

    A module returns them from `configure_callbacks`, so that its settings hold under any Trainer.
    """
    return [
        LearningRateSchedule(settings.schedule),
        *_evaluated_weights(settings),
        *([OptimizerSwitch()] if settings.optimizer.switches else []),
        _look_at_losses(settings),
        *([EarlyStop(settings.stop)] if settings.stop else []),
        *(_watching(settings.watch) if settings.watch else []),
    ]


def _look_at_losses(settings: TrainingSettings) -> Callback:
    """What looks at every loss: an exploding one is an error, or what a range test looks for."""
    schedule = settings.schedule
    return RangeTest(schedule) if isinstance(schedule, RangeTestSettings) else Divergence()


def _evaluated_weights(settings: TrainingSettings) -> list[Callback]:
    """What puts other weights in place at evaluations, where they are not those trained."""
    if settings.optimizer.averages_itself:
        return [ScheduleFreeWeights()]
    return [WeightAveraging(settings.averaging)] if settings.averaging else []


def _watching(watch: WatchSettings) -> list[Callback]:
    """What is measured on the way; only a run that asks for it waits for the imports."""
    landscape = watch.curvature or watch.surfaces or watch.trajectory
    return [*(_landscape(watch) if landscape else []), *_classes(watch)]


def _classes(watch: WatchSettings) -> list[Callback]:
    if watch.per_class_loss is None:
        return []
    from callbacks.per_class_loss import PerClassLoss

    return [PerClassLoss(watch.per_class_loss)]


def _landscape(watch: WatchSettings) -> list[Callback]:
    from callbacks.curvature import CurvatureDuringTraining
    from callbacks.surfaces import SurfacesDuringTraining
    from callbacks.trajectory import Trajectory
    from research.settings.landscape import CurvatureSettings

    found: list[Callback] = []
    if watch.curvature:
        measured = watch.curvature.model_dump(exclude={"every"})
        found.append(CurvatureDuringTraining(CurvatureSettings(**measured), watch.curvature.every))
    if watch.surfaces:
        steps, every, last = watch.surfaces.steps, watch.surfaces.every, watch.surfaces.last
        found.append(SurfacesDuringTraining(steps, watch.surfaces, every, last))
    if watch.trajectory:
        found.append(Trajectory(every=watch.trajectory.every))
    return found
