"""Decreasing steps, with and without momentum, from w = 0."""

import numpy
from torch import Generator

from experiments.finite_sum.instance import Instance, mean_and_error, path_noise
from experiments.finite_sum.settings import FiniteSumSettings
from experiments.finite_sum.step_rules import DECREASING, times
from research.problems.stochastic_gradient import Batches, Method, descend
from research.training.sweep import Result


def measure_decreasing(
    instance: Instance, settings: FiniteSumSettings, generator: Generator
) -> Result:
    """Measures f - f* under every rule of `step_rules.DECREASING`, all on the same batches.

    Arrays, R rules, T times: decreasing_steps [T], decreasing_mean and decreasing_error [T, R],
    decreasing_second_moment [R].
    """
    mu = instance.constants.strong_convexity
    k = numpy.arange(settings.decreasing_steps, dtype=numpy.float64)
    methods = [
        Method(rule.rates(k, mu), rule.momentum, rule.nesterov) for rule in DECREASING.values()
    ]
    batches = Batches(settings.batch_size, replacement=True, chains=settings.chains)
    observe_at = times(settings.decreasing_steps, 120)
    seen = descend(instance.problem, methods, batches, observe_at, generator)
    mean, error = mean_and_error(instance.gaps(seen.values), batches.chains)
    moment, _ = path_noise(seen, batches.size)
    metrics = {
        f"decreasing/{name}": float(value) for name, value in zip(DECREASING, mean[-1], strict=True)
    }
    arrays = {
        "decreasing_steps": seen.steps,
        "decreasing_mean": mean,
        "decreasing_error": error,
        "decreasing_second_moment": moment,
    }
    return Result(metrics, arrays)
