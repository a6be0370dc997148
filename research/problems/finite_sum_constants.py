"""The constants that theorems about finite sums speak of, computed rather than assumed."""

from dataclasses import dataclass

import torch
from torch import Tensor

from research.problems.finite_sums import LOSSES, FiniteSumProblem
from research.problems.least_absolute_deviations import least_absolute_deviations

NEWTON_STEPS = 100


@dataclass(frozen=True)
class Constants:
    """Constants of an instance; the start of all chains is w = 0.

    Attributes:
        smoothness: L, the largest eigenvalue of sup l'' X^T X / m, plus mu.
        smoothness_of_one: the largest L of a single term f_i, sup l'' max ||x_i||^2 + mu.
        strong_convexity: the smallest eigenvalue that the Hessian has anywhere: mu, or for least
            squares that of X^T X / m + mu.
        curvature_at_minimum: the smallest eigenvalue of the Hessian at w*; NaN at a kink.
        minimum: f* = f(w*).
        start_gap: f(0) - f*.
        distance: R = ||w*||.
        noise_at_minimum: sigma^2 of one example at w*: mean_i ||grad f_i||^2.
        noise_at_start: the same at 0.
        gradient_of_one: the largest ||x_i||, which for slopes of at most 1 bounds ||grad l||.
    """

    smoothness: float
    smoothness_of_one: float
    strong_convexity: float
    curvature_at_minimum: float
    minimum: float
    start_gap: float
    distance: float
    noise_at_minimum: float
    noise_at_start: float
    gradient_of_one: float


def minimiser(problem: FiniteSumProblem) -> Tensor:
    """w*, [n]: by Newton's method to rounding, or exactly for absolute deviations.

    Raises:
        ValueError: there is none, or it is too far away: the examples are separable.
    """
    if problem.loss.curvature is None:
        return least_absolute_deviations(problem.features, problem.targets)
    w = torch.zeros_like(problem.features[0])
    scale = float(problem.features.square().sum(1).mean().sqrt())
    for _ in range(NEWTON_STEPS):
        gradient = problem.gradients(w)
        if float(gradient.norm()) < 1e-15 * scale * max(1.0, problem.mu):
            break
        step = torch.linalg.solve(problem.hessian(w), gradient)
        size, value = 1.0, problem.values(w)
        while size > 1e-3 and problem.values(w - size * step) > value:
            size /= 2
        w = w - size * step
    is_separable = problem.loss is LOSSES["logistic"] and problem.mu == 0
    is_separable = is_separable and bool((problem.features @ w * problem.targets > 0).all())
    if is_separable or float(problem.gradients(w).norm()) > 1e-12 * scale:
        raise ValueError("found no minimiser; expected mu > 0 or labels that no line separates")
    return w


def constants(problem: FiniteSumProblem, w: Tensor) -> Constants:
    """All constants of an instance, in float64.

    Args:
        problem: the instance.
        w: its minimiser, from `minimiser`.
    """
    norms = problem.features.square().sum(1)
    covariance = problem.features.T @ problem.features / problem.examples
    eigenvalues = torch.linalg.eigvalsh(covariance)
    bound = problem.loss.largest_curvature
    is_quadratic = bound == 1.0
    least = float(eigenvalues[0]) if is_quadratic else 0.0
    at_minimum = float("nan")
    if problem.loss.curvature is not None:
        at_minimum = float(torch.linalg.eigvalsh(problem.hessian(w))[0])
    origin = torch.zeros_like(w)
    minimum = float(problem.values(w))
    return Constants(
        smoothness=bound * float(eigenvalues[-1]) + problem.mu,
        smoothness_of_one=bound * float(norms.max()) + problem.mu,
        strong_convexity=least + problem.mu,
        curvature_at_minimum=at_minimum,
        minimum=minimum,
        start_gap=float(problem.values(origin)) - minimum,
        distance=float(w.norm()),
        noise_at_minimum=float(problem.noise(w)[1]),
        noise_at_start=float(problem.noise(origin)[1]),
        gradient_of_one=float(norms.max().sqrt()),
    )
