"""Choi et al., table 1 (NAdam without a momentum schedule), with decoupled weight decay."""

from itertools import count

import torch

from research.settings.optimizers import NadamWSettings
from tests.research.optim.references.harness import Case

CASES = [
    Case(NadamWSettings(lr=0.02, weight_decay=0)),
    Case(NadamWSettings(lr=0.02, betas=(0.8, 0.9), eps=1e-3, weight_decay=0.5)),
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
            ahead = (beta1 * m[i] + (1 - beta1) * g) / (1 - beta1**t)
            step = ahead / ((v[i] / (1 - beta2**t)) ** 0.5 + settings.eps)
            weights[i] = weights[i] - lr * (step + settings.weight_decay * weights[i])
        yield weights
