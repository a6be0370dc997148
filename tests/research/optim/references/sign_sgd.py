"""Bernstein et al.: signSGD, and with momentum Signum."""

from itertools import count

import torch

from research.settings.optimizers import SignSGDSettings
from tests.research.optim.references.harness import Case

TRAINS = SignSGDSettings(lr=1e-2)
CASES = [
    Case(SignSGDSettings(lr=0.01)),
    Case(SignSGDSettings(lr=0.01, momentum=0.9, weight_decay=0.5)),
]


def trajectory(settings, problem, weights, factor):
    beta = settings.momentum
    m = [torch.zeros_like(w) for w in weights]
    for t in count(1):
        lr = settings.lr * factor(t)
        for i, g in enumerate(problem.gradients(weights)):
            m[i] = beta * m[i] + (1 - beta) * g
            step = torch.sign(m[i]) + settings.weight_decay * weights[i]
            weights[i] = weights[i] - lr * step
        yield weights
