"""Bases of polynomials, designs of examples, and interpolation in exact arithmetic's own form.

All in float64. The bases are evaluated by their three-term recurrences, which are stable in [-1, 1]
at every degree.
"""

import math

import torch
from torch import Generator, Tensor

from experiments.double_descent_polynomial.settings import Basis, Design, Target


def features(x: Tensor, basis: Basis, parameters: int, constant: bool = True) -> Tensor:
    """The polynomials of degree 0, 1, ... (1, 2, ... without the constant) at every x.

    T_0 = P_0 = 1, T_1 = P_1 = x, T_{k+1} = 2 x T_k - T_{k-1},
    (k+1) P_{k+1} = (2k+1) x P_k - k P_{k-1}; monomials are x^k.

    Args:
        x: [..., n].
        basis: Chebyshev's T, Legendre's P, or monomials.
        parameters: how many polynomials.
        constant: whether degree 0 is one of them.

    Returns:
        [..., n, parameters].
    """
    columns = [torch.ones_like(x), x]
    for k in range(1, parameters):
        if basis == "chebyshev":
            columns.append(2 * x * columns[k] - columns[k - 1])
        elif basis == "legendre":
            columns.append(((2 * k + 1) * x * columns[k] - k * columns[k - 1]) / (k + 1))
        else:
            columns.append(x * columns[k])
    first = 0 if constant else 1
    return torch.stack(columns[first : first + parameters], dim=-1)


def target(x: Tensor, name: Target) -> Tensor:
    """What is learned: the lecture's sine, or the line and cosine of Schaeffer et al. (2023)."""
    return torch.sin(4.5 * x) if name == "sin(4.5x)" else 2 * x + torch.cos(25 * x)


def equispaced(points: int) -> Tensor:
    """Points from -1 to 1, both among them: [points]."""
    return torch.linspace(-1, 1, points, dtype=torch.float64)


def design(name: Design, examples: int, draws: int, generator: Generator) -> Tensor:
    """Where the examples lie: [draws, examples], or [1, examples] where all draws share them.

    Chebyshev's nodes are cos(pi (i + 1/2) / n), the zeros of T_n.
    """
    if name == "uniform":
        unit = torch.rand(draws, examples, dtype=torch.float64, generator=generator)
        return 2 * unit - 1
    if name == "equispaced":
        return equispaced(examples).unsqueeze(0)
    angles = math.pi * (torch.arange(examples, dtype=torch.float64) + 0.5) / examples
    return angles.cos().flip(0).unsqueeze(0)


def interpolate(x: Tensor, y: Tensor, at: Tensor) -> Tensor:
    """The polynomial of least degree through all examples, without solving anything.

    Lagrange's form: sum_i y_i prod_{k != i} (t - x_k) / (x_i - x_k). Each factor is right to
    rounding and nothing cancels in the products, so it shows what exact arithmetic would give to a
    least-squares problem with as many coefficients as examples, however ill-conditioned.

    Args:
        x: [..., n], all different.
        y: [..., n, k].
        at: t, [points].

    Returns:
        [..., points, k].
    """
    n = x.shape[-1]
    gaps = at.unsqueeze(-1) - x.unsqueeze(-2)  # [..., points, k]
    products = []
    for i in range(n):  # one at a time: all factors at once would be [..., points, i, k]
        others = torch.arange(n, device=x.device) != i
        spans = torch.where(others, x[..., i : i + 1] - x, 1.0)  # [..., k]
        products.append((torch.where(others, gaps, 1.0) / spans.unsqueeze(-2)).prod(-1))
    return torch.stack(products, -1) @ y
