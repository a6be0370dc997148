"""The four methods of the submission, written out one by one."""

from itertools import count

import torch

from research.settings.optimizers import GeneralizedAdamSettings
from tests.research.optim.references.harness import Case

CASES = [
    Case(
        GeneralizedAdamSettings(
            lr=0.02, weight_decay=0.1, nesterov=nesterov, preconditioned=preconditioned
        )
    )
    for nesterov in (True, False)
    for preconditioned in (True, False)
]


def trajectory(settings, problem, weights, factor):
    beta1, beta2 = settings.betas
    m = [torch.zeros_like(w) for w in weights]
    v = [torch.zeros_like(w) for w in weights]
    buffers = [torch.zeros_like(w) for w in weights]
    for t in count(1):
        lr = settings.lr * factor(t)
        for i, g in enumerate(problem.gradients(weights)):
            m[i] = beta1 * m[i] + (1 - beta1) * g
            v[i] = beta2 * v[i] + (1 - beta2) * g**2
            buffers[i] = beta1 * buffers[i] + g
            root = (v[i] / (1 - beta2**t)) ** 0.5 + settings.eps
            step = {
                (True, True): (beta1 * m[i] + (1 - beta1) * g) / (1 - beta1**t) / root,
                (False, True): m[i] / root,
                (True, False): g + beta1 * buffers[i],
                (False, False): buffers[i],
            }[settings.nesterov, settings.preconditioned]
            weights[i] = weights[i] - lr * (step + settings.weight_decay * weights[i])
        yield weights
