"""A mini-batch as gradient descent with an error: g_k = grad f(w_k) + e_k."""

import numpy
import torch
from torch import Generator, Tensor

from experiments.finite_sum.floors import floor
from experiments.finite_sum.instance import Instance
from experiments.finite_sum.settings import FiniteSumSettings
from research.problems.finite_sum_bounds import without_replacement
from research.problems.stochastic_gradient import Batches, Method, descend, draw_batches
from research.training.sweep import Result

DRAWS = 20
"""Batches of each chain from which the error at w* is estimated."""
REPLACEMENT = (True, False)
DESCENT_UPDATES = 60


def measure_replacement(
    instance: Instance, settings: FiniteSumSettings, generator: Generator
) -> Result:
    """The error of a batch's gradient, and the floor, with and without replacement.

    Arrays, B sizes: replacement_sizes [B]; replacement_error and its standard error
    replacement_error_error, E||e||^2 at w*, [B, 2], columns with and without replacement;
    replacement_predicted [B, 2]: sigma^2/b, and that times (m-b)/(m-1); replacement_level and
    replacement_level_error, the floors, [B, 2].
    """
    examples, sizes = instance.problem.examples, settings.batch_sizes
    sigma2 = instance.constants.noise_at_minimum
    errors, floors = [], []
    for size in sizes:
        for replacement in REPLACEMENT:
            batches = Batches(size, replacement, settings.chains)
            errors.append(error_at_minimum(instance, batches, generator))
            floors.append(floor_of(instance, settings, batches, generator))
    shape = (len(sizes), 2, 2)
    error, level = torch.stack(errors).view(shape), torch.stack(floors).view(shape)
    predicted = [[sigma2 / b, sigma2 / b * without_replacement(examples, b)] for b in sizes]
    arrays = {
        "replacement_sizes": torch.tensor(sizes, dtype=torch.float64),
        "replacement_error": error[..., 0],
        "replacement_error_error": error[..., 1],
        "replacement_predicted": torch.tensor(predicted, dtype=torch.float64),
        "replacement_level": level[..., 0],
        "replacement_level_error": level[..., 1],
    }
    metrics = {
        f"floor_ratio/batch{size}": float(level[row, 1, 0] / level[row, 0, 0])
        for row, size in enumerate(sizes)
    }
    return Result(metrics, arrays)


def error_at_minimum(instance: Instance, batches: Batches, generator: Generator) -> Tensor:
    """E||g_B(w*) - grad f(w*)||^2 over random batches, and its standard error: [2]."""
    w = instance.minimum.expand(batches.chains, 1, -1).contiguous()
    index = draw_batches(instance.problem.examples, batches, DRAWS, generator)
    gradients = torch.stack([instance.problem.batch_gradients(w, each) for each in index])
    squares = gradients.square().sum(-1).flatten()
    return torch.stack([squares.mean(), squares.std() / len(squares) ** 0.5])


def floor_of(
    instance: Instance, settings: FiniteSumSettings, batches: Batches, generator: Generator
) -> Tensor:
    """The floor of one constant step and its standard error: [2]."""
    updates = max(settings.floor_steps // 4, 40)
    method = Method(numpy.full(updates, settings.replacement_step_size))
    late = numpy.linspace(updates // 2, updates, min(200, updates // 4)).round().astype(int)
    seen = descend(instance.problem, [method], batches, sorted({*late.tolist()}), generator)
    level, error = floor(instance, seen, batches.chains)
    return torch.cat([level, error])


def measure_descent(
    instance: Instance, settings: FiniteSumSettings, generator: Generator
) -> Result:
    """Checks f(w+) <= f(w) - a/2 ||grad f(w)||^2 + a/2 ||e||^2 at every update, for a = 1/L.

    It follows from L-smoothness: f(w+) <= f - a grad^T g + a^2 L/2 ||g||^2 with g = grad + e.

    Arrays, B sizes, K updates: descent_sizes [B]; means over chains descent_gradient and
    descent_noise [B, K] of ||grad f||^2 and ||e||^2, descent_uphill [B, K], the share of chains
    that went up; descent_slack [B, K], the least right side minus left side over chains.
    """
    sizes = settings.batch_sizes
    columns = [
        follow(instance, Batches(size, True, settings.chains), DESCENT_UPDATES, generator)
        for size in sizes
    ]
    gradient, noise, uphill, slack = (torch.stack(each) for each in zip(*columns, strict=True))
    arrays = {
        "descent_sizes": torch.tensor(sizes, dtype=torch.float64),
        "descent_gradient": gradient,
        "descent_noise": noise,
        "descent_uphill": uphill,
        "descent_slack": slack,
    }
    return Result({"descent/least_slack": float(slack.min())}, arrays)


def follow(
    instance: Instance, batches: Batches, updates: int, generator: Generator
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Every update with a = 1/L of all chains: see `measure_descent`; each [updates]."""
    problem, a = instance.problem, 1 / instance.constants.smoothness
    w = torch.zeros_like(instance.minimum).expand(batches.chains, 1, -1).contiguous()
    value, rows = problem.values(w), []
    for index in draw_batches(problem.examples, batches, updates, generator):
        gradient, step = problem.gradients(w), problem.batch_gradients(w, index)
        w = w - a * step
        squared, error = gradient.square().sum(-1), (step - gradient).square().sum(-1)
        following = problem.values(w)
        slack = value - a / 2 * squared + a / 2 * error - following
        uphill = (following > value).to(squared)
        rows.append(torch.stack([squared.mean(), error.mean(), uphill.mean(), slack.min()]))
        value = following
    gradients, errors, ups, slacks = torch.stack(rows, dim=1)
    return gradients, errors, ups, slacks
