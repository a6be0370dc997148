"""Tieleman and Hinton, with the two options that came later: centred, and with momentum."""

from itertools import count

import torch

from research.settings.optimizers import RMSpropSettings
from tests.research.optim.references.harness import Case

CASES = [
    Case(RMSpropSettings(lr=0.01)),
    Case(RMSpropSettings(lr=0.01, alpha=0.9, momentum=0.5, eps=1e-3, weight_decay=0.1)),
    Case(RMSpropSettings(lr=0.01, centered=True, eps=1e-2)),
]


def trajectory(settings, problem, weights, factor):
    alpha = settings.alpha
    means = [torch.zeros_like(w) for w in weights]
    squares = [torch.zeros_like(w) for w in weights]
    buffers = [torch.zeros_like(w) for w in weights]
    for t in count(1):
        lr = settings.lr * factor(t)
        for i, g in enumerate(problem.gradients(weights)):
            g = g + settings.weight_decay * weights[i]
            squares[i] = alpha * squares[i] + (1 - alpha) * g**2
            means[i] = alpha * means[i] + (1 - alpha) * g
            variance = squares[i] - means[i] ** 2 if settings.centered else squares[i]
            buffers[i] = settings.momentum * buffers[i] + g / (variance.sqrt() + settings.eps)
            weights[i] = weights[i] - lr * buffers[i]
        yield weights
