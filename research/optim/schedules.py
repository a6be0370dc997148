"""Learning-rate schedules: one closed form each, as a factor on the optimizer's learning rate."""

from research.settings.schedules import ConstantSettings, LinearWarmupSettings


def factor(settings: ConstantSettings | LinearWarmupSettings, step: int) -> float:
    """The factor lr(t) / lr of update t.

    constant: 1. linear_warmup: start + (1 - start) * min(t / steps, 1).

    Args:
        settings: name and values of the schedule.
        step: t = 0, 1, ...: the number of updates already done.
    """
    match settings:
        case ConstantSettings():
            return 1.0
        case LinearWarmupSettings(steps=steps, start=start):
            return start + (1 - start) * min(step / steps, 1.0)
