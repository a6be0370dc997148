"""AdaGrad against stochastic gradient descent, each with the best step of its grid."""

import numpy
import torch
from torch import Generator

from experiments.finite_sum.instance import Instance, mean_and_error
from experiments.finite_sum.settings import FiniteSumSettings
from experiments.finite_sum.step_rules import TUNED, TUNING_GRID
from research.problems.stochastic_gradient import Batches, Method, descend
from research.training.sweep import Result


def measure_adagrad(
    instance: Instance, settings: FiniteSumSettings, generator: Generator
) -> Result:
    """Measures f - f* of every method and step of the grid, all on the same batches.

    Arrays, T = 5 times (a sixteenth to all of the updates), 3 methods of `step_rules.TUNED`, 9
    steps: adagrad_steps [T], adagrad_rates [3, 9], adagrad_mean and adagrad_error [T, 3, 9].
    """
    updates, problem = settings.adagrad_steps, instance.problem
    k = numpy.arange(updates, dtype=numpy.float64)
    constant, decreasing, adaptive = TUNING_GRID
    methods = [
        *(Method(numpy.full(updates, a)) for a in constant),
        *(Method(a / numpy.sqrt(k + 1)) for a in decreasing),
        *(Method(numpy.full(updates, a), adagrad=True) for a in adaptive),
    ]
    batches = Batches(settings.batch_size, replacement=True, chains=settings.chains)
    observe_at = sorted({max(1, updates // 2**power) for power in range(5)})
    seen = descend(problem, methods, batches, observe_at, generator)
    mean, error = mean_and_error(instance.gaps(seen.values), batches.chains)
    shape = (len(observe_at), len(TUNED), len(constant))
    best = mean[-1].view(shape[1:]).amin(1)
    arrays = {
        "adagrad_steps": seen.steps,
        "adagrad_rates": torch.tensor(numpy.stack(TUNING_GRID)),
        "adagrad_mean": mean.view(shape),
        "adagrad_error": error.view(shape),
    }
    names = ("sgd_constant", "sgd_inverse_sqrt", "adagrad")
    metrics = {f"best/{name}": float(gap) for name, gap in zip(names, best, strict=True)}
    return Result({**metrics, "nonzero": float((problem.features != 0).double().mean())}, arrays)
