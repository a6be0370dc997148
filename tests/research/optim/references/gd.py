"""Gradient descent; decoupled decay is the same thing here."""

from itertools import count

from research.settings.optimizers import GDSettings
from tests.research.optim.references.harness import Case

TRAINS = GDSettings(lr=1.0)
CASES = [
    Case(GDSettings(lr=0.3)),
    Case(GDSettings(lr=0.3, weight_decay=0.1)),
    Case(GDSettings(lr=0.3, weight_decay=0.1, decoupled_weight_decay=True)),
]


def trajectory(settings, problem, weights, factor):
    for t in count(1):
        lr = settings.lr * factor(t)
        gradients = problem.gradients(weights)
        for i, g in enumerate(gradients):
            weights[i] = weights[i] - lr * (g + settings.weight_decay * weights[i])
        yield weights
