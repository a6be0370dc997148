"""Duchi, Hazan and Singer: the sum of squares, diagonal."""

from itertools import count

import torch

from research.settings.optimizers import AdagradSettings
from tests.research.optim.references.harness import Case

CASES = [
    Case(AdagradSettings(lr=0.1)),
    Case(AdagradSettings(lr=0.1, initial_accumulator=0.1, eps=1e-3, weight_decay=0.1)),
]


def trajectory(settings, problem, weights, factor):
    sums = [torch.full_like(w, settings.initial_accumulator) for w in weights]
    for t in count(1):
        lr = settings.lr * factor(t)
        for i, g in enumerate(problem.gradients(weights)):
            g = g + settings.weight_decay * weights[i]
            sums[i] = sums[i] + g**2
            weights[i] = weights[i] - lr * g / (sums[i].sqrt() + settings.eps)
        yield weights
