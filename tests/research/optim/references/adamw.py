"""Loshchilov and Hutter, algorithm 2: the decay beside the adaptive step, times the rate."""

from itertools import count

import torch

from research.settings.optimizers import AdamWSettings
from tests.research.optim.references.harness import Case

CASES = [
    Case(AdamWSettings(lr=0.02, weight_decay=0)),
    Case(AdamWSettings(lr=0.02, betas=(0.8, 0.9), eps=1e-3, weight_decay=0.5)),
]


def trajectory(settings, problem, weights, factor):
    beta1, beta2 = settings.betas
    m = [torch.zeros_like(w) for w in weights]
    v = [torch.zeros_like(w) for w in weights]
    for t in count(1):
        lr = settings.lr * factor(t)
        for i, g in enumerate(problem.gradients(weights)):
            m[i] = beta1 * m[i] + (1 - beta1) * g
            v[i] = beta2 * v[i] + (1 - beta2) * g**2
            step = m[i] / (1 - beta1**t) / ((v[i] / (1 - beta2**t)).sqrt() + settings.eps)
            weights[i] = weights[i] - lr * step - lr * settings.weight_decay * weights[i]
        yield weights
