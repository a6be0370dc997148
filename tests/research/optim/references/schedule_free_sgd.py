"""Defazio et al., with x, y and z all kept; training's weights are y."""

from itertools import count

from research.settings.optimizers import ScheduleFreeSGDSettings
from tests.research.optim.references.harness import Case

CASES = [
    Case(ScheduleFreeSGDSettings(lr=0.5)),
    Case(ScheduleFreeSGDSettings(lr=0.5, momentum=0.7, warmup_steps=10, weight_decay=0.1)),
]


def trajectory(settings, problem, weights, factor):
    beta = settings.momentum
    x, z = [w.clone() for w in weights], [w.clone() for w in weights]
    largest = total = 0.0
    for t in count(1):
        warm = min(t / settings.warmup_steps, 1) if settings.warmup_steps else 1
        lr = settings.lr * factor(t) * warm
        largest = max(largest, lr)
        total += largest**2
        share = largest**2 / total
        y = [(1 - beta) * b + beta * a for a, b in zip(x, z, strict=True)]
        for i, g in enumerate(problem.gradients(y)):
            z[i] = z[i] - lr * (g + settings.weight_decay * y[i])
            x[i] = (1 - share) * x[i] + share * z[i]
        yield [(1 - beta) * b + beta * a for a, b in zip(x, z, strict=True)]
