"""Polyak's momentum with the rate outside of the buffer; SGDW where the decay is decoupled."""

from itertools import count

import torch

from research.settings.optimizers import HeavyBallSettings
from tests.research.optim.references.harness import Case

CASES = [
    Case(HeavyBallSettings(lr=0.1)),
    Case(HeavyBallSettings(lr=0.1, momentum=0.7, weight_decay=0.1)),
    Case(HeavyBallSettings(lr=0.1, weight_decay=0.1, decoupled_weight_decay=True)),
]


def trajectory(settings, problem, weights, factor):
    buffers = [torch.zeros_like(w) for w in weights]
    for t in count(1):
        lr, decay = settings.lr * factor(t), settings.weight_decay
        for i, g in enumerate(problem.gradients(weights)):
            if settings.decoupled_weight_decay:
                buffers[i] = settings.momentum * buffers[i] + g
                weights[i] = weights[i] - lr * buffers[i] - lr * decay * weights[i]
            else:
                buffers[i] = settings.momentum * buffers[i] + g + decay * weights[i]
                weights[i] = weights[i] - lr * buffers[i]
        yield weights
