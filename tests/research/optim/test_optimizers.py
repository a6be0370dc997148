"""Optimizers against their printed formulas, in float64."""

import pytest
import torch

from research.optim.optimizers import build_optimizer
from research.settings.optimizers import AdamSettings, AdamWSettings


@pytest.mark.parametrize(
    "settings", [AdamSettings(weight_decay=0.3), AdamWSettings(weight_decay=0.3)]
)
def test_adam_and_adamw_follow_the_papers(settings):
    """Kingma and Ba, algorithm 1; Loshchilov and Hutter, algorithm 2."""
    generator = torch.Generator().manual_seed(0)
    start = torch.randn(5, dtype=torch.float64, generator=generator)
    gradients = torch.randn(50, 5, dtype=torch.float64, generator=generator)
    weights = torch.nn.Parameter(start.clone())
    optimizer = build_optimizer(settings, [weights])
    expected, m, v = start.clone(), torch.zeros(5).double(), torch.zeros(5).double()
    beta1, beta2 = settings.betas
    for t, gradient in enumerate(gradients, start=1):
        weights.grad = gradient.clone()
        optimizer.step()
        g = gradient + (settings.weight_decay * expected if settings.name == "adam" else 0)
        m, v = beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g**2
        if settings.name == "adamw":
            expected = expected - settings.lr * settings.weight_decay * expected
        step = m / (1 - beta1**t) / ((v / (1 - beta2**t)).sqrt() + settings.eps)
        expected = expected - settings.lr * step
    assert (weights - expected).abs().max() < 1e-12
