"""What a run never comes to, because it ends before: allowed, since short trials are, but said."""

from typing import NamedTuple

from research.settings.optimizers import AdamThenSGDSettings
from research.settings.schedules import LinearWarmupSettings
from research.settings.training import TrainingSettings


class Unreached(NamedTuple):
    """A setting that names an update at or after the end of the run."""

    key: str
    found: int
    consequence: str


def unreached(settings: TrainingSettings) -> list[Unreached]:
    """The switch of adam_then_sgd and the end of a warmup, where the run ends first.

    Args:
        settings: of one run, validated.
    """
    last = settings.trainer.max_steps
    optimizer, schedule = settings.optimizer, settings.schedule
    found = []
    if isinstance(optimizer, AdamThenSGDSettings) and optimizer.switch_at >= last:
        consequence = "it is Adam to its end and never becomes SGD"
        found.append(Unreached("optimizer.switch_at", optimizer.switch_at, consequence))
    if isinstance(schedule, LinearWarmupSettings) and schedule.steps >= last:
        then = schedule.then.name
        consequence = f"it never has the full learning rate, nor what follows ({then})"
        found.append(Unreached("schedule.steps", schedule.steps, consequence))
    return found
