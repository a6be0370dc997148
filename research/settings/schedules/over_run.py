"""Whether a schedule fits the run it is for: what would fail in its middle is refused before."""

import functools
import math
from typing import NamedTuple

from research.settings.schedules.base import BaseScheduleSettings
from research.settings.schedules.decay import (
    ExponentialSettings,
    MultiStepSettings,
    StepSettings,
)
from research.settings.schedules.expression import ExpressionError, parse
from research.settings.schedules.formula import FormulaSettings
from research.settings.schedules.trapezoid import TrapezoidSettings
from research.settings.schedules.warmup import LinearWarmupSettings

MOST_UPDATES = 10_000
"""How many updates of a run a formula is tried at, the first and the last among them."""


class Misfit(NamedTuple):
    """What is wrong with a schedule: the setting in it, its value, and what was expected."""

    key: str
    found: object
    expected: str


def misfit(schedule: BaseScheduleSettings, max_steps: int) -> Misfit | None:
    """What of a schedule can't be in a run of so many updates, or None.

    A formula is tried at every update of a run of up to 10,000. Where it is negative between the
    updates at which it is tried in a longer one, it ends the run when it gets there.

    Args:
        schedule: any schedule.
        max_steps: updates of the run.
    """
    match schedule:
        case LinearWarmupSettings(steps=steps, then=then):
            inner = misfit(then, max_steps - steps) if steps < max_steps else None
            if inner is not None:
                return inner._replace(key=f"then.{inner.key}")
        case FormulaSettings(expression=expression, steps=steps):
            reason = _reason_against(expression, max_steps, steps or max_steps)
            if reason is not None:
                return Misfit("expression", repr(expression), reason)
        case ExponentialSettings(gamma=gamma, every=every):
            return _growth(gamma, (max_steps - 1) / every, max_steps)
        case StepSettings(gamma=gamma, every=every):
            return _growth(gamma, (max_steps - 1) // every, max_steps)
        case MultiStepSettings(gamma=gamma, milestones=milestones):
            return _growth(gamma, len(milestones), max_steps)
        case TrapezoidSettings(steps=steps, warmup=warmup, decay=decay):
            room = int((1 - decay) * (steps or max_steps))
            if warmup > room:
                expected = f"at most {room}, where the decay of {steps or max_steps} steps begins"
                return Misfit("warmup", warmup, expected)
    return None


def _growth(gamma: float, power: float, max_steps: int) -> Misfit | None:
    """What is wrong with a rate that grows beyond all numbers."""
    if math.log(gamma) * power > math.log(1e300):
        return Misfit("gamma", gamma, f"one whose power stays finite in {max_steps} steps")
    return None


@functools.lru_cache(maxsize=128)
def _reason_against(text: str, max_steps: int, total: int) -> str | None:
    """What was expected in place of a formula, if a run can't use it.

    A command of many variants asks for most of them alike, and each answer takes a tenth of a
    second.
    """
    expression = parse(text)
    tried = min(max_steps, MOST_UPDATES)
    for index in range(tried):
        t = round(index * (max_steps - 1) / max(tried - 1, 1))
        try:
            value = expression(t, total)
        except ExpressionError as error:
            return f"a value at every update: {error}"
        if not 0 <= value < math.inf:
            return f"a finite factor >= 0 at every update, not {value:g} at t = {t}"
    return None
