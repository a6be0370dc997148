"""Chen et al.: the step interpolates with b1, the momentum that is kept with b2."""

from itertools import count

import torch

from research.settings.optimizers import LionSettings
from tests.research.optim.references.harness import Case

TRAINS = LionSettings(lr=3e-3)
CASES = [
    Case(LionSettings(lr=0.01)),
    Case(LionSettings(lr=0.01, betas=(0.7, 0.9), weight_decay=0.5)),
]


def trajectory(settings, problem, weights, factor):
    beta1, beta2 = settings.betas
    m = [torch.zeros_like(w) for w in weights]
    for t in count(1):
        lr = settings.lr * factor(t)
        for i, g in enumerate(problem.gradients(weights)):
            sign = torch.sign(beta1 * m[i] + (1 - beta1) * g)
            weights[i] = weights[i] - lr * (sign + settings.weight_decay * weights[i])
            m[i] = beta2 * m[i] + (1 - beta2) * g
        yield weights
