"""Three rules by one name: torch's, optax's, and that of Reddi, Kale and Kumar, algorithm 2."""

from itertools import count

import torch

from research.settings.optimizers import AMSGradSettings
from tests.research.optim.references.harness import Case

CASES = [
    Case(AMSGradSettings(lr=0.02, betas=betas, variant=variant, eps=eps, weight_decay=decay))
    for variant in ("torch", "optax", "paper")
    for betas, eps, decay in (((0.9, 0.999), 1e-8, 0), ((0.8, 0.9), 1e-3, 0.1))
]


def trajectory(settings, problem, weights, factor):
    beta1, beta2 = settings.betas
    m = [torch.zeros_like(w) for w in weights]
    v = [torch.zeros_like(w) for w in weights]
    largest = [torch.zeros_like(w) for w in weights]
    for t in count(1):
        lr = settings.lr * factor(t)
        for i, g in enumerate(problem.gradients(weights)):
            g = g + settings.weight_decay * weights[i]
            m[i] = beta1 * m[i] + (1 - beta1) * g
            v[i] = beta2 * v[i] + (1 - beta2) * g**2
            if settings.variant == "paper":
                largest[i] = torch.maximum(largest[i], v[i])
                numerator, root = m[i], largest[i].sqrt()
            elif settings.variant == "optax":
                largest[i] = torch.maximum(largest[i], v[i] / (1 - beta2**t))
                numerator, root = m[i] / (1 - beta1**t), largest[i].sqrt()
            else:
                largest[i] = torch.maximum(largest[i], v[i])
                numerator, root = m[i] / (1 - beta1**t), (largest[i] / (1 - beta2**t)).sqrt()
            weights[i] = weights[i] - lr * numerator / (root + settings.eps)
        yield weights
