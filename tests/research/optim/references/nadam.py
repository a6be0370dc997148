"""Dozat, algorithm 2, with his momentum schedule mu_t = b1 (1 - 0.5 * 0.96^(t psi))."""

from itertools import count

import torch

from research.settings.optimizers import NAdamSettings
from tests.research.optim.references.harness import Case

CASES = [
    Case(NAdamSettings(lr=0.02)),
    Case(NAdamSettings(lr=0.02, momentum_decay=0.1, weight_decay=0.1, eps=1e-3)),
    Case(NAdamSettings(lr=0.02, weight_decay=0.5, decoupled_weight_decay=True)),
]


def trajectory(settings, problem, weights, factor):
    beta1, beta2 = settings.betas
    m = [torch.zeros_like(w) for w in weights]
    v = [torch.zeros_like(w) for w in weights]

    def mu(t):
        return beta1 * (1 - 0.5 * 0.96 ** (t * settings.momentum_decay))

    rounded = torch.ones((), dtype=torch.float32)  # as torch keeps the product of all mu
    for t in count(1):
        lr = settings.lr * factor(t)
        rounded *= mu(t)
        product = float(rounded)
        for i, g in enumerate(problem.gradients(weights)):
            if settings.decoupled_weight_decay:
                weights[i] = weights[i] - lr * settings.weight_decay * weights[i]
            else:
                g = g + settings.weight_decay * weights[i]
            m[i] = beta1 * m[i] + (1 - beta1) * g
            v[i] = beta2 * v[i] + (1 - beta2) * g**2
            ahead = mu(t + 1) * m[i] / (1 - product * mu(t + 1))
            now = (1 - mu(t)) * g / (1 - product)
            root = (v[i] / (1 - beta2**t)).sqrt() + settings.eps
            weights[i] = weights[i] - lr * (ahead + now) / root
        yield weights
