"""Kingma and Ba, algorithm 1, with weight decay as an L2 penalty."""

from itertools import count

import torch

from research.settings.optimizers import AdamSettings
from tests.research.optim.references.harness import Case

CASES = [
    Case(AdamSettings(lr=0.02)),
    Case(AdamSettings(lr=0.02, betas=(0.8, 0.9), eps=1e-3, weight_decay=0.1)),
]


def trajectory(settings, problem, weights, factor):
    beta1, beta2 = settings.betas
    m = [torch.zeros_like(w) for w in weights]
    v = [torch.zeros_like(w) for w in weights]
    for t in count(1):
        lr = settings.lr * factor(t)
        for i, g in enumerate(problem.gradients(weights)):
            g = g + settings.weight_decay * weights[i]
            m[i] = beta1 * m[i] + (1 - beta1) * g
            v[i] = beta2 * v[i] + (1 - beta2) * g**2
            corrected1, corrected2 = m[i] / (1 - beta1**t), v[i] / (1 - beta2**t)
            weights[i] = weights[i] - lr * corrected1 / (corrected2.sqrt() + settings.eps)
        yield weights
