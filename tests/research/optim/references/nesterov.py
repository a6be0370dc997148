"""Nesterov's momentum; SGDW's decay where it is decoupled."""

from itertools import count

import torch

from research.settings.optimizers import NesterovSettings
from tests.research.optim.references.harness import Case

CASES = [
    Case(NesterovSettings(lr=0.1)),
    Case(NesterovSettings(lr=0.1, momentum=0.7, weight_decay=0.1)),
    Case(NesterovSettings(lr=0.1, weight_decay=0.1, decoupled_weight_decay=True)),
]


def trajectory(settings, problem, weights, factor):
    buffers = [torch.zeros_like(w) for w in weights]
    for t in count(1):
        lr = settings.lr * factor(t)
        for i, g in enumerate(problem.gradients(weights)):
            decay = settings.weight_decay * weights[i]
            if not settings.decoupled_weight_decay:
                g = g + decay
                decay = 0
            buffers[i] = settings.momentum * buffers[i] + g
            weights[i] = weights[i] - lr * (g + settings.momentum * buffers[i]) - lr * decay
        yield weights
