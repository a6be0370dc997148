"""The decreasing steps of the lecture, and momentum with the same effective step. No torch."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

Floats = NDArray[numpy.float64]
MOMENTUM = 0.9


@dataclass(frozen=True)
class StepRule:
    """A sequence of steps.

    Attributes:
        label: its formula.
        rates: a_k for k = 0, 1, ... and mu.
        momentum: factor of the velocity; a_k / (1 - momentum) is the effective step.
        nesterov: whether momentum is Nesterov's.
        slope: of log(f - f*) over log k that theory predicts for mu = 1; None if it says none.
    """

    label: str
    rates: Callable[[Floats, float], Floats]
    momentum: float = 0.0
    nesterov: bool = False
    slope: float | None = None


def lecture_steps(k: Floats, mu: float) -> Floats:
    """(2k + 1) / (2 mu (k + 1)^2)."""
    return (2 * k + 1) / (2 * mu * (k + 1) ** 2)


def damped_lecture_steps(k: Floats, mu: float) -> Floats:
    """The lecture's steps times 1 - momentum, so that momentum adds up to the same step."""
    return (1 - MOMENTUM) * lecture_steps(k, mu)


DECREASING: dict[str, StepRule] = {
    "lecture": StepRule("(2k+1) / (2μ(k+1)²)", lecture_steps, slope=-1),
    "inverse": StepRule("1 / (μ(k+1))", lambda k, mu: 1 / (mu * (k + 1)), slope=-1),
    "inverse_sqrt": StepRule(
        "0.5 / (μ√(k+1))", lambda k, mu: 0.5 / (mu * numpy.sqrt(k + 1)), slope=-0.5
    ),
    "inverse_time": StepRule(
        "0.5 / (μ(1+0.01k))", lambda k, mu: 0.5 / (mu * (1 + 0.01 * k)), slope=-1
    ),
    "inverse_time_short": StepRule(
        "0.5 / (μ(1+2k))", lambda k, mu: 0.5 / (mu * (1 + 2 * k)), slope=-0.5
    ),
    "heavy_ball": StepRule("heavy ball 0.9", damped_lecture_steps, MOMENTUM, slope=-1),
    "nesterov": StepRule("Nesterov 0.9", damped_lecture_steps, MOMENTUM, True, slope=-1),
}
"""By name, in the order of the recorded columns."""

AVERAGED: dict[str, tuple[str, Callable[[Floats, float], Floats]]] = {
    "constant": ("a", lambda k, a: numpy.full_like(k, a)),
    "inverse": ("a / (k+1)", lambda k, a: a / (k + 1)),
    "inverse_sqrt": ("a / √(k+1)", lambda k, a: a / numpy.sqrt(k + 1)),
}
"""The three step rules whose iterates are averaged: label, and a_k of k and a."""

FULL_GRADIENT = ("gradient descent", "Nesterov", "heavy ball")
"""Columns of the methods that use the whole gradient."""

TUNED = ("SGD, constant step", "SGD, a/√(k+1)", "AdaGrad")
"""Methods whose steps are tuned on sparse features."""
TUNING_GRID: tuple[Floats, ...] = (
    10 ** numpy.arange(-1.5, 0.6, 0.25),
    10 ** numpy.arange(-0.5, 1.6, 0.25),
    10 ** numpy.arange(-1.25, 0.8, 0.25),
)
"""Steps by method, quarter decades apart, [9] each."""


def times(last: int, count: int) -> list[int]:
    """Numbers of updates at which chains are observed: 0, then evenly spaced in log, to `last`."""
    spaced = numpy.geomspace(1, last, count)
    return [0, *sorted({round(float(number)) for number in spaced})]
