"""Duvvuri et al.: the square of the Kronecker sum as one matrix, on the flattened gradient."""

import torch

from research.settings.optimizers import CasprSettings
from tests.research.optim.references import shampoo
from tests.research.optim.references.harness import Case

CASES = [
    Case(CasprSettings(lr=0.1, eps=1e-3)),
    Case(CasprSettings(eps=1e-2, accumulation="average", beta=0.9, root_every=3, weight_decay=0.1)),
]


def kronecker_sum(matrix, left, right):
    rows, columns = (torch.eye(size, dtype=torch.float64) for size in matrix.shape)
    half = (torch.kron(left, columns) + torch.kron(rows, right)) / 2
    return (half @ half @ matrix.flatten()).view_as(matrix)


def trajectory(settings, problem, weights, factor):
    return shampoo.trajectory(settings, problem, weights, factor, kronecker_sum)
