"""Defazio et al., algorithm 1, with x, y and z all kept; training's weights are y."""

from itertools import count

import torch

from research.settings.optimizers import ScheduleFreeAdamWSettings
from tests.research.optim.references.harness import Case

CASES = [
    Case(ScheduleFreeAdamWSettings(lr=0.05)),
    Case(ScheduleFreeAdamWSettings(lr=0.05, momentum=0.7, warmup_steps=10, weight_decay=0.1)),
    Case(ScheduleFreeAdamWSettings(lr=0.05, beta2=0.9, eps=1e-3)),
]


def trajectory(settings, problem, weights, factor):
    beta1, beta2 = settings.momentum, settings.beta2
    x, z = [w.clone() for w in weights], [w.clone() for w in weights]
    v = [torch.zeros_like(w) for w in weights]
    largest = total = 0.0
    for t in count(1):
        warm = min(t / settings.warmup_steps, 1) if settings.warmup_steps else 1
        lr = settings.lr * factor(t) * warm
        largest = max(largest, lr)
        total += largest**2
        share = largest**2 / total
        y = [(1 - beta1) * b + beta1 * a for a, b in zip(x, z, strict=True)]
        for i, g in enumerate(problem.gradients(y)):
            v[i] = beta2 * v[i] + (1 - beta2) * g**2
            scaled = g / ((v[i] / (1 - beta2**t)).sqrt() + settings.eps)
            z[i] = z[i] - lr * (scaled + settings.weight_decay * y[i])
            x[i] = (1 - share) * x[i] + share * z[i]
        yield [(1 - beta1) * b + beta1 * a for a, b in zip(x, z, strict=True)]
