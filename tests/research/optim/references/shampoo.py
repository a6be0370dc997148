"""Gupta, Koren and Singer, algorithm 1, with matrix powers taken by a Schur decomposition."""

from itertools import count

import torch
from scipy.linalg import fractional_matrix_power

from research.settings.optimizers import ShampooSettings
from tests.research.optim.references.harness import Case

CASES = [
    Case(ShampooSettings(lr=0.1, eps=1e-3)),
    Case(
        ShampooSettings(eps=1e-2, accumulation="average", beta=0.9, root_every=3, weight_decay=0.1)
    ),
    Case(ShampooSettings(lr=0.02, eps=1e-2, accumulation="none")),
]


def power(matrix, exponent):
    return torch.from_numpy(fractional_matrix_power(matrix.numpy(), exponent).real)


def statistic(old, new, settings):
    """L from L and G G^T; where only the present gradient counts, its least eigenvalue is eps."""
    if settings.accumulation == "sum":
        return old + new
    if settings.accumulation == "average":
        return settings.beta * old + (1 - settings.beta) * new
    return new


def floored(matrix, least):
    """No eigenvalue less than `least`."""
    values, vectors = torch.linalg.eigh(matrix)
    return vectors @ torch.diag(values.clamp(min=least)) @ vectors.T


def trajectory(settings, problem, weights, factor, combine=None):
    left, right, single = (settings.eps * torch.eye(n, dtype=torch.float64) for n in (6, 4, 4))
    for t in count(1):
        lr = settings.lr * factor(t)
        matrix, vector = problem.gradients(weights)
        left = statistic(left, matrix @ matrix.T, settings)
        right = statistic(right, matrix.T @ matrix, settings)
        single = statistic(single, torch.outer(vector, vector), settings)
        if (t - 1) % settings.root_every == 0:
            roots = [power(floored(each, settings.eps), -1 / 4) for each in (left, right)]
            square_root = power(floored(single, settings.eps), -1 / 2)
        steps = [(combine or product)(matrix, *roots), square_root @ vector]
        for i, step in enumerate(steps):
            weights[i] = weights[i] - lr * (step + settings.weight_decay * weights[i])
        yield weights


def product(matrix, left, right):
    return left @ matrix @ right
