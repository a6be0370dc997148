"""The one schedule with a memory: it lowers the rate when a metric no longer gets better."""

import math
from dataclasses import dataclass

from research.settings.schedules import PlateauSettings


@dataclass
class Plateau:
    """What torch.optim.lr_scheduler.ReduceLROnPlateau remembers, as plain numbers.

    Attributes:
        factor: on the optimizer's learning rate, gamma^n after n reductions.
        best: the best value of the metric so far; None before the first.
        bad: evaluations since then that were not better.
        cooling: evaluations left that do not count.
    """

    factor: float = 1.0
    best: float | None = None
    bad: int = 0
    cooling: int = 0

    def observe(self, settings: PlateauSettings, value: float) -> None:
        """Takes in the metric of one evaluation, and lowers the factor if it is time.

        A value that is no number is not better.

        Args:
            settings: what counts as better, and for how long it may fail to come.
            value: the metric.
        """
        if is_better(settings, value, self.best):
            self.best, self.bad = value, 0
        else:
            self.bad += 1
        if self.cooling > 0:
            self.cooling -= 1
            self.bad = 0
        if self.bad > settings.patience:
            self.factor = max(self.factor * settings.gamma, settings.lowest)
            self.cooling, self.bad = settings.cooldown, 0


def is_better(settings: PlateauSettings, value: float, best: float | None) -> bool:
    """Whether a value is better than the best so far, by more than the threshold.

    relative: value < best (1 - threshold), or value > best (1 + threshold) where higher is better;
    absolute: value < best - threshold, or value > best + threshold.
    """
    if best is None:
        return not math.isnan(value)
    sign = -1 if settings.better == "lower" else 1
    if settings.threshold_mode == "relative":
        bar = best * (1 + sign * settings.threshold)
    else:
        bar = best + sign * settings.threshold
    return value < bar if settings.better == "lower" else value > bar
