"""Averaged iterates under the three step rules of the lecture, smooth or not."""

import numpy
import torch
from torch import Generator

from experiments.finite_sum.instance import Instance, mean_and_error, path_noise
from experiments.finite_sum.settings import FiniteSumSettings
from experiments.finite_sum.step_rules import AVERAGED, times
from research.problems.finite_sum_bounds import averaged
from research.problems.stochastic_gradient import Batches, Method, descend
from research.training.sweep import Result


def measure_averages(
    instance: Instance, settings: FiniteSumSettings, generator: Generator
) -> Result:
    """Measures f - f* at the last iterate and at the average weighted by the steps, from w = 0.

    Arrays, R rules of `step_rules.AVERAGED`, T times: averages_steps [T]; averages_last and
    averages_last_error, averages_mean and averages_error, averages_bound, all [T, R] (the bound is
    NaN at k = 0).
    """
    k = numpy.arange(settings.decreasing_steps, dtype=numpy.float64)
    rates = [rates(k, settings.average_step_size) for _, rates in AVERAGED.values()]
    batches = Batches(settings.batch_size, replacement=True, chains=settings.chains)
    observe_at = times(settings.decreasing_steps, 80)
    methods = [Method(each) for each in rates]
    seen = descend(instance.problem, methods, batches, observe_at, generator, averages=True)
    assert seen.averages is not None
    last, last_error = mean_and_error(instance.gaps(seen.values), batches.chains)
    mean, error = mean_and_error(instance.gaps(seen.averages), batches.chains)
    moment, _ = path_noise(seen, batches.size)
    bounds = [
        averaged(each, instance.constants.distance, float(g2))
        for each, g2 in zip(rates, moment, strict=True)
    ]
    after = numpy.concatenate([numpy.full((1, len(bounds)), numpy.nan), numpy.stack(bounds, 1)])
    arrays = {
        "averages_steps": seen.steps,
        "averages_last": last,
        "averages_last_error": last_error,
        "averages_mean": mean,
        "averages_error": error,
        "averages_bound": torch.tensor(after)[seen.steps],
    }
    metrics = {f"average/{n}": float(value) for n, value in zip(AVERAGED, mean[-1], strict=True)}
    metrics |= {f"last/{n}": float(value) for n, value in zip(AVERAGED, last[-1], strict=True)}
    return Result(metrics, arrays)
