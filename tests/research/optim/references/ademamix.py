"""Pagliardini, Ablin and Grangier, with the warmups of alpha and b3."""

from itertools import count
from math import exp, log

import torch

from research.settings.optimizers import AdEMAMixSettings
from tests.research.optim.references.harness import Case

CASES = [
    Case(AdEMAMixSettings(lr=0.02)),
    Case(AdEMAMixSettings(lr=0.02, betas=(0.8, 0.9, 0.99), alpha=2.0, eps=1e-3, weight_decay=0.5)),
    Case(AdEMAMixSettings(lr=0.02, warmup_steps=30)),
]


def slow_decay(t, settings):
    """b3 so that its half-life rises linearly: from b1's to its own."""
    first, _, last = settings.betas
    if settings.warmup_steps is None or t >= settings.warmup_steps:
        return last
    share = t / settings.warmup_steps
    return exp(1 / ((1 - share) / log(first) + share / log(last)))


def trajectory(settings, problem, weights, factor):
    beta1, beta2, _ = settings.betas
    fast, v, slow = ([torch.zeros_like(w) for w in weights] for _ in range(3))
    for t in count(1):
        lr, beta3 = settings.lr * factor(t), slow_decay(t, settings)
        alpha = settings.alpha * min(1, t / (settings.warmup_steps or 1))
        for i, g in enumerate(problem.gradients(weights)):
            fast[i] = beta1 * fast[i] + (1 - beta1) * g
            slow[i] = beta3 * slow[i] + (1 - beta3) * g
            v[i] = beta2 * v[i] + (1 - beta2) * g**2
            numerator = fast[i] / (1 - beta1**t) + alpha * slow[i]
            step = numerator / ((v[i] / (1 - beta2**t)) ** 0.5 + settings.eps)
            weights[i] = weights[i] - lr * (step + settings.weight_decay * weights[i])
        yield weights
