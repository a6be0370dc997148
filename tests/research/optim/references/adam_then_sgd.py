"""Kingma and Ba's algorithm 1, and from the chosen step on Polyak's momentum from rest."""

from itertools import count

import torch

from research.settings.optimizers import AdamThenSGDSettings
from tests.research.optim.references.harness import Case

TRAINS = AdamThenSGDSettings(switch_at=100, lr=1e-2)
CASES = [
    Case(AdamThenSGDSettings(lr=0.02)),
    Case(AdamThenSGDSettings(lr=0.02, sgd_lr=0.1, switch_at=20, weight_decay=0.1)),
]


def trajectory(settings, problem, weights, factor):
    beta1, beta2 = settings.betas
    m, v, b = ([torch.zeros_like(w) for w in weights] for _ in range(3))
    for t in count(1):
        for i, g in enumerate(problem.gradients(weights)):
            g = g + settings.weight_decay * weights[i]
            if t <= settings.switch_at:
                m[i] = beta1 * m[i] + (1 - beta1) * g
                v[i] = beta2 * v[i] + (1 - beta2) * g**2
                root = (v[i] / (1 - beta2**t)) ** 0.5 + settings.eps
                step = settings.lr * m[i] / (1 - beta1**t) / root
            else:
                b[i] = settings.momentum * b[i] + g
                step = settings.sgd_lr * b[i]
            weights[i] = weights[i] - factor(t) * step
        yield weights
