"""Liu et al., algorithm 2; torch adds eps to the root before the bias is corrected."""

from itertools import count

import torch

from research.settings.optimizers import RAdamSettings
from tests.research.optim.references.harness import Case

TRAINS = RAdamSettings(lr=1e-2)
CASES = [
    Case(RAdamSettings(lr=0.02)),
    Case(RAdamSettings(lr=0.02, betas=(0.8, 0.95), weight_decay=0.1, eps=1e-3)),
    Case(RAdamSettings(lr=0.02, weight_decay=0.5, decoupled_weight_decay=True)),
]


def trajectory(settings, problem, weights, factor):
    beta1, beta2 = settings.betas
    m = [torch.zeros_like(w) for w in weights]
    v = [torch.zeros_like(w) for w in weights]
    most = 2 / (1 - beta2) - 1
    for t in count(1):
        lr = settings.lr * factor(t)
        length = most - 2 * t * beta2**t / (1 - beta2**t)
        for i, g in enumerate(problem.gradients(weights)):
            if settings.decoupled_weight_decay:
                weights[i] = weights[i] - lr * settings.weight_decay * weights[i]
            else:
                g = g + settings.weight_decay * weights[i]
            m[i] = beta1 * m[i] + (1 - beta1) * g
            v[i] = beta2 * v[i] + (1 - beta2) * g**2
            step = m[i] / (1 - beta1**t)
            if length > 5:
                above = (length - 4) * (length - 2) * most
                below = (most - 4) * (most - 2) * length
                step = step * (above / below) ** 0.5 * (1 - beta2**t) ** 0.5
                step = step / (v[i].sqrt() + settings.eps)
            weights[i] = weights[i] - lr * step
        yield weights
