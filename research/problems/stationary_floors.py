"""Where stochastic gradient descent with a constant step settles: stationary values of f - f*.

One is exact for quadratics whose noise is the same everywhere, the other exact for least squares,
whose noise grows with the distance from the minimum.
"""

import torch
from torch import Tensor

from research.problems.finite_sums import FiniteSumProblem


def additive_noise_floor(hessian: Tensor, covariance: Tensor, a: float) -> float:
    """tr(H S)/2, where S solves H S + S H - a H S H = a C.

    Args:
        hessian: H, [n, n].
        covariance: C of the gradient of a batch, the same at every point, [n, n].
        a: the step size, less than 2 over the largest eigenvalue of H.
    """
    h, basis = torch.linalg.eigh(hessian)
    noise = (basis.T @ covariance @ basis).diagonal()
    return float((a * noise / (2 - a * h)).sum() / 2)


def least_squares_floor(problem: FiniteSumProblem, w: Tensor, a: float, batch: int) -> float:
    """The exact stationary E f - f* of batches drawn with replacement from a least-squares sum.

    The error e = w - w* moves by e+ = (I - a H_B) e - a g_B, where H_B and g_B are the Hessian and
    the gradient at w* of a batch. Its second moment S solves the linear system
    S = E (I - a H_B) S (I - a H_B) + a^2 C / b, with
    E H_B S H_B = H S H + (mean_i h_i S h_i - H S H) / b and h_i = x_i x_i^T + mu I.

    Args:
        problem: least squares.
        w: its minimiser, [n].
        a: the step size.
        batch: b.

    Returns:
        tr(H S)/2; infinite if no stationary distribution has a second moment.
    """
    n = problem.dimension
    eye = torch.eye(n, dtype=w.dtype, device=w.device)
    h = problem.hessian(w)
    each = problem.features.unsqueeze(2) * problem.features.unsqueeze(1) + problem.mu * eye
    products = torch.einsum("mij,mkl->ikjl", each, each) / problem.examples
    whole = torch.einsum("ij,kl->ikjl", h, h)
    sides = torch.einsum("ij,kl->ikjl", h, eye) + torch.einsum("ij,kl->ikjl", eye, h)
    change = a * sides - a**2 * (whole + (products - whole) / batch)  # S - E(...)S(...)
    system = change.reshape(n * n, n * n)
    if float(torch.linalg.eigvals(system).real.min()) <= 0:
        return float("inf")
    covariance = a**2 * problem.noise_covariance(w) / batch
    moment = torch.linalg.solve(system, covariance.reshape(-1)).view(n, n)
    return float((h @ moment).trace() / 2)
