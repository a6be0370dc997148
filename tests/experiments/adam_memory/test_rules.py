"""Our plain rules are torch's Adam and the AMSGrads, to rounding, and an obvious loop."""

import math

import pytest
import torch
from torch import nn

from experiments.adam_memory.rules import Rule, steps_of
from research.optim.optimizers import build_optimizer
from research.settings.optimizers import AdamSettings, AMSGradSettings

BETAS = (0.9, 0.99)
GRADIENTS = torch.randn(60, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
GRADIENTS[20] *= 1e3


def optimizer_settings(name):
    common = {"lr": 0.5, "betas": BETAS, "eps": 1e-30}
    if name == "adam":
        return AdamSettings(**common)
    return AMSGradSettings(variant=name.split()[1], **common)


@pytest.mark.parametrize("name", ["adam", "amsgrad torch", "amsgrad optax", "amsgrad paper"])
def test_a_rule_is_its_optimizer(name):
    weights = nn.Parameter(torch.zeros(4, dtype=torch.float64))
    optimizer = build_optimizer(optimizer_settings(name), [weights])
    rule = Rule(name, BETAS, GRADIENTS[0])
    expected = torch.zeros(4, dtype=torch.float64)
    for gradient in GRADIENTS:
        weights.grad = gradient.clone()
        optimizer.step()
        expected -= 0.5 * rule.step(gradient)
        torch.testing.assert_close(weights.data, expected, atol=1e-12, rtol=0)


def test_without_correction_it_is_an_obvious_loop():
    gradients = GRADIENTS[:, :1]
    first = second = 0.0
    for gradient, step in zip(gradients, steps_of("uncorrected", BETAS, gradients), strict=True):
        first = 0.9 * first + 0.1 * gradient.item()
        second = 0.99 * second + 0.01 * gradient.item() ** 2
        assert step.item() == pytest.approx(first / math.sqrt(second), rel=1e-12)


def test_no_gradient_no_step():
    for name in ("adam", "uncorrected", "amsgrad paper"):
        assert steps_of(name, BETAS, torch.zeros(3, 2, dtype=torch.float64)).abs().max() == 0


def test_the_amsgrads_differ():
    """Which one is meant must be said: after a large gradient they take different steps."""
    names = ("amsgrad torch", "amsgrad optax", "amsgrad paper")
    ends = [steps_of(name, BETAS, GRADIENTS).sum(0) for name in names]
    assert all((ends[i] - ends[j]).abs().max() > 0.01 for i, j in ((0, 1), (0, 2), (1, 2)))
