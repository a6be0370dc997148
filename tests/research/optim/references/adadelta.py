"""Zeiler, algorithm 1: the root mean square of past steps over that of past gradients."""

from itertools import count

import torch

from research.settings.optimizers import AdadeltaSettings
from tests.research.optim.references.harness import Case

CASES = [
    Case(AdadeltaSettings()),
    Case(AdadeltaSettings(lr=2.0, rho=0.8, eps=1e-3, weight_decay=0.1)),
]


def trajectory(settings, problem, weights, factor):
    rho, eps = settings.rho, settings.eps
    squares = [torch.zeros_like(w) for w in weights]
    steps = [torch.zeros_like(w) for w in weights]
    for t in count(1):
        lr = settings.lr * factor(t)
        for i, g in enumerate(problem.gradients(weights)):
            g = g + settings.weight_decay * weights[i]
            squares[i] = rho * squares[i] + (1 - rho) * g**2
            step = (steps[i] + eps).sqrt() / (squares[i] + eps).sqrt() * g
            steps[i] = rho * steps[i] + (1 - rho) * step**2
            weights[i] = weights[i] - lr * step
        yield weights
