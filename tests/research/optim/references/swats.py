"""Keskar and Socher, algorithm 1, on one vector of all weights."""

from itertools import count

import torch

from research.settings.optimizers import SwatsSettings
from tests.research.optim.references.harness import Case

CASES = [
    Case(SwatsSettings(lr=0.02)),
    Case(SwatsSettings(lr=0.02, betas=(0.8, 0.9), eps=1e-3, weight_decay=0.1)),
    Case(SwatsSettings(lr=0.02, switch_tolerance=0.1, min_steps=8)),
]


def trajectory(settings, problem, weights, factor):
    beta1, beta2 = settings.betas
    w = torch.cat([each.flatten() for each in weights])
    m, v, b = (torch.zeros_like(w) for _ in range(3))
    average, switched = 0.0, None
    for t in count(1):
        lr = settings.lr * factor(t)
        now = [w[:24].view(6, 4), w[24:]]
        g = torch.cat([each.flatten() for each in problem.gradients(now)])
        g = g + settings.weight_decay * w
        if switched:
            rate, rate_then = switched
            b = beta1 * b + g
            w = w - (1 - beta1) * rate * lr / rate_then * b
        else:
            m = beta1 * m + (1 - beta1) * g
            v = beta2 * v + (1 - beta2) * g**2
            p = -lr * (1 - beta2**t) ** 0.5 / (1 - beta1**t) * m / (v**0.5 + settings.eps)
            w = w + p
            gamma = float(p @ p / -(p @ g))
            average = beta2 * average + (1 - beta2) * gamma
            corrected = average / (1 - beta2**t)
            near = abs(corrected - gamma) < settings.switch_tolerance
            if t >= settings.min_steps and near and corrected > 0:
                switched = corrected, lr
        yield [w[:24].view(6, 4), w[24:]]
