"""Shazeer and Stern, algorithms 4 and 5, with torch's order: the rate is min(lr, 1/sqrt(t))."""

from itertools import count

import torch

from research.settings.optimizers import AdafactorSettings
from tests.research.optim.references.harness import Case

WHY = "torch squares norms that were roots of sums of squares, and the clipping passes it on"
CASES = [
    Case(AdafactorSettings(lr=0.05), 1e-11, WHY),
    Case(AdafactorSettings(lr=0.5, beta2_decay=-0.5, clip=1.2, eps=0.1, weight_decay=0.1)),
]


def rms(values):
    return (values**2).mean().sqrt()


def trajectory(settings, problem, weights, factor):
    matrix, vector = weights
    rows, columns = matrix.new_zeros(len(matrix)), torch.zeros_like(matrix[0])
    squares = torch.zeros_like(vector)
    for t in count(1):
        lr = settings.lr * factor(t)
        share = t**settings.beta2_decay
        g, h = problem.gradients(weights)
        rows = (1 - share) * rows + share * (g**2).mean(dim=1)
        columns = (1 - share) * columns + share * (g**2).mean(dim=0)
        squares = (1 - share) * squares + share * h**2
        updates = [g / (torch.outer(rows, columns) / rows.mean()).sqrt(), h / squares.sqrt()]
        for i, update in enumerate(updates):
            relative = max(settings.eps, rms(weights[i])) * min(lr, t**-0.5)
            decayed = weights[i] - lr * settings.weight_decay * weights[i]
            weights[i] = decayed - relative * update / max(1, rms(update) / settings.clip)
        yield weights
