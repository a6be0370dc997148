"""Hazan, Levy and Shalev-Shwartz: one vector of all weights, divided by its norm."""

from itertools import count

import torch

from research.settings.optimizers import NormalizedSGDSettings
from tests.research.optim.references.harness import Case

TRAINS = NormalizedSGDSettings(lr=0.1)
CASES = [
    Case(NormalizedSGDSettings(lr=0.1)),
    Case(NormalizedSGDSettings(lr=0.1, momentum=0.9, weight_decay=0.1, eps=0.1)),
]


def trajectory(settings, problem, weights, factor):
    beta, m = settings.momentum, [torch.zeros_like(w) for w in weights]
    for t in count(1):
        lr = settings.lr * factor(t)
        gradients = problem.gradients(weights)
        m = [beta * a + (1 - beta) * g for a, g in zip(m, gradients, strict=True)]
        norm = sum((each**2).sum() for each in m) ** 0.5
        for i, w in enumerate(weights):
            step = m[i] / max(norm, settings.eps) + settings.weight_decay * w
            weights[i] = w - lr * step
        yield weights
