"""Tian and Parikh, algorithm 1, with one second moment and one decay a tensor."""

from itertools import count
from math import sqrt

from research.settings.optimizers import AmosSettings
from tests.research.optim.references.harness import Case

TRAINS = AmosSettings(lr=0.1)
CASES = [
    Case(AmosSettings(lr=0.05)),
    Case(AmosSettings(lr=0.1, beta=0.9, eta=0.7, extra_l2=0.01)),
]


def trajectory(settings, problem, weights, factor):
    scales = [settings.eta or sqrt(2 / 4), settings.eta or 0.5]  # a 6 by 4 matrix, and a vector
    v, b = [0.0, 0.0], [0.0, 0.0]
    for t in count(1):
        xi = settings.lr * factor(t)
        for i, g in enumerate(problem.gradients(weights)):
            g2 = float((g**2).mean())
            v[i] = settings.beta * v[i] + (1 - settings.beta) * g2
            corrected = v[i] / (1 - settings.beta**t)
            c = (1 + sqrt(xi) * b[i] / 4) ** -0.5
            d = (1 + sqrt(xi * scales[i]) * b[i] / 4) ** -1
            gamma = c * xi**2 / corrected * g2
            decay = (gamma / 2 + settings.extra_l2) * weights[i]
            weights[i] = weights[i] - d * (xi * scales[i] / sqrt(corrected) * g + decay)
            b[i] = b[i] + gamma * (1 + b[i])
        yield weights
