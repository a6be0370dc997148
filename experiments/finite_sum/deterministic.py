"""Methods that use the whole gradient: gradient descent, Nesterov, heavy ball."""

import math

import torch
from torch import Generator, Tensor

from experiments.finite_sum.instance import Instance
from experiments.finite_sum.settings import FiniteSumSettings
from experiments.finite_sum.step_rules import FULL_GRADIENT
from research.training.sweep import Result


def measure_deterministic(
    instance: Instance, settings: FiniteSumSettings, generator: Generator
) -> Result:
    """Measures f - f* after k = 0 ... K updates from w = 0.

    Arrays: deterministic_gaps [K + 1, 3], the columns those of `step_rules.FULL_GRADIENT`; the
    heavy ball is NaN where mu is 0, since its best momentum is not defined.
    """
    del generator
    updates = settings.deterministic_steps
    mu = instance.constants.strong_convexity if settings.problem.mu > 0 else 0.0
    gaps = torch.stack(
        [
            gradient_descent(instance, updates),
            nesterov(instance, updates, mu),
            heavy_ball(instance, updates, mu),
        ],
        dim=1,
    )
    metrics = {
        f"deterministic/{name.replace(' ', '_')}": float(value)
        for name, value in zip(FULL_GRADIENT, gaps[-1], strict=True)
        if math.isfinite(value)
    }
    return Result({**metrics, "deterministic/updates": updates}, {"deterministic_gaps": gaps})


def gradient_descent(instance: Instance, updates: int) -> Tensor:
    """w+ = w - grad f(w) / L: the gaps, [updates + 1]."""
    return _heavy_ball(instance, updates, 1 / instance.constants.smoothness, 0.0)


def heavy_ball(instance: Instance, updates: int, mu: float) -> Tensor:
    """w+ = w - a grad f(w) + beta (w - w-), with the a and beta that are best for quadratics.

    a = 4 / (sqrt L + sqrt mu)^2 and beta = ((sqrt kappa - 1)/(sqrt kappa + 1))^2 (Polyak, 1964).
    """
    if mu == 0:
        return torch.full((updates + 1,), torch.nan).to(instance.minimum)
    high, low = math.sqrt(instance.constants.smoothness), math.sqrt(mu)
    return _heavy_ball(instance, updates, 4 / (high + low) ** 2, ((high - low) / (high + low)) ** 2)


def _heavy_ball(instance: Instance, updates: int, a: float, beta: float) -> Tensor:
    w = last = torch.zeros_like(instance.minimum)
    gaps = [instance.problem.values(w)]
    for _ in range(updates):
        w, last = w - a * instance.problem.gradients(w) + beta * (w - last), w
        gaps.append(instance.problem.values(w))
    return instance.gaps(torch.stack(gaps))


def nesterov(instance: Instance, updates: int, mu: float) -> Tensor:
    """Nesterov's w+ = y - grad f(y) / L, y+ = w+ + beta_k (w+ - w): gaps at w, [updates + 1].

    With mu > 0, beta = (sqrt kappa - 1)/(sqrt kappa + 1) (Nesterov, 2004); else beta_k =
    (t_k - 1)/t_{k+1} with t_0 = 1, t_{k+1} = (1 + sqrt(1 + 4 t_k^2))/2 (Beck and Teboulle, 2009).
    """
    smoothness, problem = instance.constants.smoothness, instance.problem
    root = math.sqrt(smoothness / mu) if mu else 0.0
    w = y = torch.zeros_like(instance.minimum)
    gaps, t = [problem.values(w)], 1.0
    for _ in range(updates):
        last, w = w, y - problem.gradients(y) / smoothness
        following = (1 + math.sqrt(1 + 4 * t**2)) / 2
        beta = (root - 1) / (root + 1) if mu else (t - 1) / following
        y, t = w + beta * (w - last), following
        gaps.append(problem.values(w))
    return instance.gaps(torch.stack(gaps))
