"""Where constant steps settle, and what theory says of it."""

import numpy
import torch
from torch import Generator, Tensor

from experiments.finite_sum.instance import Instance, mean_and_error, path_noise
from experiments.finite_sum.settings import FiniteSumSettings
from experiments.finite_sum.step_rules import times
from research.problems.stationary_floors import additive_noise_floor, least_squares_floor
from research.problems.stochastic_gradient import Batches, Method, Observations, descend
from research.training.sweep import Result

LATE = 50
"""Observations of the second half, over which the floor is averaged."""


def measure_floors(instance: Instance, settings: FiniteSumSettings, generator: Generator) -> Result:
    """Measures f - f* of constant steps: the path, and its mean over the second half.

    Arrays, R step sizes, T times: floors_rates [R], floors_steps [T], floors_mean and
    floors_error [T, R], floors_level and floors_level_error [R], floors_gradient [R] (mean of
    ||grad f||^2 over the second half), floors_second_moment and floors_variance [R] (largest along
    the path), floors_quadratic [R] (noise as at w* everywhere), floors_exact [R] (least squares;
    NaN for other losses).
    """
    rates, updates = settings.step_sizes, settings.floor_steps
    methods = [Method(numpy.full(updates, rate)) for rate in rates]
    batches = Batches(settings.batch_size, replacement=True, chains=settings.chains)
    late = numpy.linspace(updates // 2, updates, LATE).round().astype(int).tolist()
    early = [*range(20), *times(updates // 2, 40)]
    observe_at = sorted({*early, *late})
    seen = descend(instance.problem, methods, batches, observe_at, generator)
    gaps = instance.gaps(seen.values)
    mean, error = mean_and_error(gaps, batches.chains)
    level, level_error = floor(instance, seen, batches.chains)
    is_late = seen.steps >= updates // 2
    moment, variance = path_noise(seen, batches.size)
    arrays = {
        "floors_rates": torch.tensor(rates, dtype=torch.float64),
        "floors_steps": seen.steps,
        "floors_mean": mean,
        "floors_error": error,
        "floors_level": level,
        "floors_level_error": level_error,
        "floors_gradient": seen.gradient[is_late].mean((0, 1)),
        "floors_second_moment": moment,
        "floors_variance": variance,
        **predicted_floors(instance, settings),
    }
    metrics = {f"floor/{rate:g}": float(value) for rate, value in zip(rates, level, strict=True)}
    return Result(metrics, arrays)


def floor(instance: Instance, seen: Observations, chains: int) -> tuple[Tensor, Tensor]:
    """Mean of f - f* over the second half and all chains, and its standard error: [methods]."""
    is_late = seen.steps >= int(seen.steps[-1]) // 2
    return mean_and_error(instance.gaps(seen.values[is_late]).mean(0), chains)


def predicted_floors(instance: Instance, settings: FiniteSumSettings) -> dict[str, Tensor]:
    """The floors of a quadratic with the noise of w* everywhere, and of least squares exactly."""
    problem, w, batch = instance.problem, instance.minimum, settings.batch_size
    hessian = problem.hessian(w)
    covariance = problem.noise_covariance(w) / batch
    quadratic = [additive_noise_floor(hessian, covariance, a) for a in settings.step_sizes]
    exact = [float("nan")] * len(quadratic)
    if settings.problem.loss == "squares":
        exact = [least_squares_floor(problem, w, a, batch) for a in settings.step_sizes]
    return {
        "floors_quadratic": torch.tensor(quadratic, dtype=torch.float64),
        "floors_exact": torch.tensor(exact, dtype=torch.float64),
    }
