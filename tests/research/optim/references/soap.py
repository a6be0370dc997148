"""Vyas et al.: Adam in the eigenbasis of Shampoo's statistics, on the matrix.

The first gradient G of a [6, 4] matrix leaves two eigenvectors of G G^T to rounding, and the method
depends on which are taken. So the rows are not rotated here; test_extra.py rotates both sides of a
square matrix.
"""

from itertools import count

import torch

from research.settings.optimizers import SoapSettings
from tests.research.optim.references.harness import Case

WHY = "the package computes its QR decomposition in float32"
TURNING = {"shampoo_beta": 0.7, "precondition_every": 3, "eps": 1e-3, "weight_decay": 0.1}
CASES = [
    Case(SoapSettings(lr=0.02, largest_axis=5, precondition_every=100)),
    Case(SoapSettings(lr=0.02, largest_axis=5), 1e-5, WHY),
    Case(SoapSettings(lr=0.02, largest_axis=5, betas=(0.8, 0.9), **TURNING), 1e-5, WHY),
]


def turned(statistic, basis, second, axis):
    """One power iteration, columns ordered by their eigenvalue; the second moment follows."""
    order = torch.argsort((basis * (statistic @ basis)).sum(dim=0), descending=True)
    return torch.linalg.qr((statistic @ basis)[:, order])[0], second.index_select(axis, order)


def rotate(left, tensor, right):
    """A vector is a matrix with one row."""
    return (left @ tensor.view(-1, len(right)) @ right).view_as(tensor)


def trajectory(settings, problem, weights, factor):
    (beta1, beta2), eps = settings.betas, settings.eps
    beta = beta2 if settings.shampoo_beta is None else settings.shampoo_beta
    firsts, seconds = ([torch.zeros_like(w) for w in weights] for _ in range(2))
    matrix, _ = problem.gradients(weights)
    statistics = [(1 - beta) * matrix @ matrix.T, (1 - beta) * matrix.T @ matrix]
    bases = [torch.linalg.eigh(each)[1].flip(1) for each in statistics]
    for axis, size in enumerate(matrix.shape):
        if size > settings.largest_axis:
            bases[axis] = torch.eye(size, dtype=torch.float64)
    yield weights
    for t in count(1):
        lr = settings.lr * factor(t + 1)
        rate = lr * (1 - beta2**t) ** 0.5 / (1 - beta1**t)
        gradients = problem.gradients(weights)
        sides = [bases, [torch.eye(1, dtype=torch.float64), torch.eye(4, dtype=torch.float64)]]
        for i, (g, (left, right)) in enumerate(zip(gradients, sides, strict=True)):
            rotated = rotate(left.T, g, right)
            firsts[i] = beta1 * firsts[i] + (1 - beta1) * g
            seconds[i] = beta2 * seconds[i] + (1 - beta2) * rotated**2
            step = rotate(left.T, firsts[i], right) / (seconds[i] ** 0.5 + eps)
            moved = weights[i] - rate * rotate(left, step, right.T)
            weights[i] = (1 - lr * settings.weight_decay) * moved
        for axis, g in enumerate([gradients[0], gradients[0].T]):
            statistics[axis] = beta * statistics[axis] + (1 - beta) * g @ g.T
            if t % settings.precondition_every == 0 and len(g) <= settings.largest_axis:
                bases[axis], seconds[0] = turned(statistics[axis], bases[axis], seconds[0], axis)
        yield weights
