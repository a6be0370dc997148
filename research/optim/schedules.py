"""Learning-rate schedules: one closed form each, as a factor on the optimizer's learning rate.

Pure arithmetic, no torch: figures and evidence draw the same functions that training is driven by.
"""

import math
from bisect import bisect_right
from functools import lru_cache

from research.settings.schedules import (
    ClosedFormSettings,
    ConstantSettings,
    CosineSettings,
    CyclicalSettings,
    ExponentialSettings,
    FormulaSettings,
    InverseSqrtSettings,
    InverseTimeSettings,
    LinearWarmupSettings,
    MultiStepSettings,
    OneCycleSettings,
    PlateauSettings,
    PolynomialSettings,
    RangeTestSettings,
    StepSettings,
    StronglyConvexSettings,
    TrapezoidSettings,
    WarmRestartsSettings,
)
from research.settings.schedules.expression import Expression, parse


class ScheduleError(ValueError):
    """A schedule gives no rate that an optimizer can use; the message is one line."""


def factor(settings: ClosedFormSettings, step: int, total: int | None = None) -> float:
    """The factor lr(t) / lr of update t; the formulas stand in the settings.

    Of a plateau it is the part that needs no metric: its warmup's, or 1.

    Args:
        settings: name and values of the schedule.
        step: t = 0, 1, ...: the number of updates already done.
        total: updates of the run, which a schedule with `steps` null takes for its length; None if
            the run has no end.

    Raises:
        ScheduleError: the factor is negative, infinite or none, or the length is not known.
    """
    try:
        value = _factor(settings, step, total)
    except (ArithmeticError, ValueError) as error:
        if isinstance(error, ScheduleError):
            raise
        raise ScheduleError(f"schedule {settings.name} at update {step}: {error}") from error
    if not 0 <= value < math.inf:
        raise ScheduleError(
            f"schedule {settings.name} gives the factor {value:g} at update {step}, "
            "expected a finite one >= 0"
        )
    return value


def range_test_rate(settings: RangeTestSettings, step: int, total: int | None = None) -> float:
    """The learning rate of update t in a range test, a rate and no factor.

    Raises:
        ScheduleError: the length is not known.
    """
    if total is None:
        raise ScheduleError("range_test lasts as long as the run, and the run has no end")
    share = min(step / max(total - 1, 1), 1.0)
    lowest, highest = settings.lowest_lr, settings.highest_lr
    if settings.spacing == "linear":
        return lowest + (highest - lowest) * share
    return lowest * math.pow(highest / lowest, share)


def _factor(settings: ClosedFormSettings, t: int, total: int | None) -> float:
    match settings:
        case ConstantSettings() | PlateauSettings():
            return 1.0
        case LinearWarmupSettings(steps=steps, start=start, then=then):
            if t < steps:
                return start + (1 - start) * (t / steps)
            return _factor(then, t - steps, None if total is None else max(total - steps, 1))
        case StepSettings(every=every, gamma=gamma):
            return math.pow(gamma, t // every)
        case MultiStepSettings(milestones=milestones, gamma=gamma):
            return math.pow(gamma, bisect_right(milestones, t))
        case ExponentialSettings(gamma=gamma, every=every):
            return math.pow(gamma, t / every)
        case PolynomialSettings(power=power, lowest=lowest):
            left = 1 - _share(settings.name, t, settings.steps, total)
            return _between(lowest, 1, left**power)
        case InverseTimeSettings(decay=decay, steps_per_epoch=steps_per_epoch):
            return 1 / (1 + decay * (t // steps_per_epoch))
        case InverseSqrtSettings():
            return 1 / math.sqrt(t + 1)
        case StronglyConvexSettings(mu=mu):
            return (2 * t + 1) / (2 * mu * (t + 1) ** 2)
        case CosineSettings(lowest=lowest):
            return _between(lowest, 1, _cosine(_share(settings.name, t, settings.steps, total)))
        case WarmRestartsSettings(lowest=lowest):
            return _between(lowest, 1, _cosine(_share_of_period(settings, t)))
        case CyclicalSettings():
            return _cyclical(settings, t)
        case OneCycleSettings():
            return _one_cycle(settings, t, _length(settings.name, settings.steps, total))
        case TrapezoidSettings():
            return _trapezoid(settings, t, _length(settings.name, settings.steps, total))
        case FormulaSettings(expression=expression, steps=steps):
            return _read(expression)(t, total if steps is None else steps)


def _share_of_period(settings: WarmRestartsSettings, t: int) -> float:
    """How much of the present period is done, in [0, 1)."""
    period = settings.period
    if settings.multiply == 1:
        return (t % period) / period
    while t >= period:
        t -= period
        period *= settings.multiply
    return t / period


def _cyclical(settings: CyclicalSettings, t: int) -> float:
    up = settings.steps_up
    down = up if settings.steps_down is None else settings.steps_down
    cycle, inside = divmod(t, up + down)
    rise = inside / up if inside <= up else (up + down - inside) / down
    height = 0.5**cycle if settings.mode == "triangular2" else 1.0
    return _between(settings.lowest, 1, rise * height)


def _one_cycle(settings: OneCycleSettings, t: int, length: int) -> float:
    first = 1 / settings.initial_divisor
    last = first / settings.final_divisor
    top = settings.rise * length - 1  # torch's convention: the top lies between two updates
    if t < top:
        begin, end, share = first, 1.0, t / top
    else:
        top = max(top, 0)
        share = min((t - top) / (length - 1 - top), 1.0) if length > 1 else 0.0
        begin, end = 1.0, last
    rest = _cosine(share) if settings.shape == "cosine" else 1 - share
    return _between(end, begin, rest)


def _trapezoid(settings: TrapezoidSettings, t: int, length: int) -> float:
    flat_until = (1 - settings.decay) * length
    if settings.warmup > flat_until:
        raise ScheduleError(
            f"schedule trapezoid has warmup {settings.warmup}, expected at most {flat_until:.0f}, "
            f"where the decay of its {length} updates begins"
        )
    if t < settings.warmup:
        return _between(settings.start, 1, t / settings.warmup)
    x = min(max((t - flat_until) / (length - flat_until), 0.0), 1.0)
    match settings.shape:
        case "linear":
            return _between(settings.lowest, 1, 1 - x)
        case "1-sqrt":
            return _between(settings.lowest, 1, 1 - math.sqrt(x))
        case "cosine":
            return _between(settings.lowest, 1, _cosine(x))


def _between(low: float, high: float, share: float) -> float:
    """`low` at share 0, `high` at share 1, and exactly so."""
    return high if share == 1 else low + (high - low) * share


def _cosine(share: float) -> float:
    """Half a cosine from 1 at share 0 to 0 at share 1."""
    return (1 + math.cos(math.pi * share)) / 2


def _share(name: str, t: int, steps: int | None, total: int | None) -> float:
    """How much of the schedule is done, in [0, 1]."""
    return min(t / _length(name, steps, total), 1.0)


def _length(name: str, steps: int | None, total: int | None) -> int:
    """The length T of a schedule."""
    length = total if steps is None else steps
    if length is None:
        raise ScheduleError(f"schedule {name} has steps null and the run no end: say how many")
    return length


@lru_cache(maxsize=64)
def _read(expression: str) -> Expression:
    return parse(expression)
