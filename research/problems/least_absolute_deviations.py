"""The exact minimiser of mean |x_i^T w - y_i|: from vertex to vertex until none is lower.

A minimum lies where n of the m residuals are zero. There it is certified by duality: f is minimal
if and only if multipliers in [-1, 1] of those n examples balance the signs of all others.
"""

import torch
from torch import Tensor

MOST_STEPS = 10_000


def least_absolute_deviations(features: Tensor, targets: Tensor) -> Tensor:
    """A minimiser w of sum_i |x_i^T w - y_i|, exact up to rounding.

    At a vertex with active examples A (X_A w = y_A) the multipliers solve
    X_A^T q = -sum over i not in A of sign(y_i - x_i^T w) x_i. While some |q_j| > 1, example j is
    let go, and the edge that opens is followed to its lowest point, where another example becomes
    active (Bloomfield and Steiger, 1980, take such steps).

    Args:
        features: rows x_i in general position, [m, n], float64.
        targets: y_i, [m].

    Returns:
        w, [n].

    Raises:
        ValueError: the features are linearly dependent, or ties made it go in circles.
    """
    active = _independent_rows(features, targets)
    for _ in range(MOST_STEPS):
        rows = features[active]
        w: Tensor = torch.linalg.solve(rows, targets[active])
        residuals = targets - features @ w
        residuals[active] = 0.0
        multipliers = -torch.linalg.solve(rows.T, features.T @ residuals.sign())
        leaving = int(multipliers.abs().argmax())
        excess = float(multipliers[leaving].abs()) - 1
        if excess <= 1e-10:
            return w
        edge = torch.zeros_like(w)
        edge[leaving] = -multipliers[leaving].sign()
        active[leaving] = _lowest_on_edge(
            residuals, features @ torch.linalg.solve(rows, edge), excess
        )
    raise ValueError("least absolute deviations went in circles; expected examples without ties")


def _lowest_on_edge(residuals: Tensor, changes: Tensor, fall: float) -> int:
    """The example whose residual is zero where sum_i |r_i - t c_i| is lowest over t > 0.

    Args:
        residuals: r_i, [m]; zero for active examples.
        changes: c_i, [m].
        fall: minus the slope of the sum at t = 0; the zero of a residual adds 2 |c_i| to it.
    """
    times = torch.where(residuals * changes > 0, residuals / changes, float("inf"))
    order = torch.argsort(times)
    slopes = torch.cumsum(2 * changes[order].abs(), 0) - fall
    return int(order[int((slopes >= 0).nonzero()[0])])


def _independent_rows(features: Tensor, targets: Tensor) -> list[int]:
    """As many linearly independent rows as columns, those first that least squares fits best."""
    dimension = features.shape[1]
    fit = torch.linalg.lstsq(features, targets.unsqueeze(1)).solution[:, 0]
    chosen: list[int] = []
    directions: list[Tensor] = []
    for index in torch.argsort((targets - features @ fit).abs()).tolist():
        row = features[index] / features[index].norm()
        for direction in directions:
            row = row - (row @ direction) * direction
        if float(row.norm()) > 1e-8:
            directions.append(row / row.norm())
            chosen.append(index)
        if len(chosen) == dimension:
            return chosen
    raise ValueError(f"features have rank {len(chosen)}, expected {dimension}")
