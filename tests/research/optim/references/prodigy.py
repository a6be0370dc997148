"""Mishchenko and Defazio, the version for Adam, with all sums written out."""

from itertools import count

import torch

from research.settings.optimizers import ProdigySettings
from tests.research.optim.references.harness import Case

CASES = [
    Case(ProdigySettings()),
    Case(ProdigySettings(betas=(0.8, 0.99), d0=1e-3, d_coef=0.5, weight_decay=0.1, eps=1e-6)),
]


def trajectory(settings, problem, weights, factor):
    beta1, beta2 = settings.betas
    beta3 = beta2**0.5
    start = [w.clone() for w in weights]
    m, v, s = ([torch.zeros_like(w) for w in weights] for _ in range(3))
    d, r = settings.d0, 0.0
    for t in count(1):
        lr = settings.lr * factor(t)
        gradients = problem.gradients(weights)
        for i, g in enumerate(gradients):
            m[i] = beta1 * m[i] + (1 - beta1) * d * g
            v[i] = beta2 * v[i] + (1 - beta2) * d**2 * g**2
            s[i] = beta3 * s[i] + lr * d**2 * g
        inner = sum(
            (g * (w0 - w)).sum() for g, w0, w in zip(gradients, start, weights, strict=True)
        )
        r = beta3 * r + lr * d**2 * inner
        largest = max(d, settings.d_coef * float(r / sum(each.abs().sum() for each in s)))
        for i, w in enumerate(weights):
            step = lr * d * m[i] / (v[i].sqrt() + largest * settings.eps)
            weights[i] = w - step - lr * d * settings.weight_decay * w
        d = largest
        yield weights
