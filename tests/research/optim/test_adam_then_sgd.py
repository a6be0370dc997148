"""The fixed switch is torch's Adam, and then torch's SGD."""

import pytest
import torch
from torch import nn

from research.optim.adam_then_sgd import AdamThenSGD


def test_it_is_torchs_adam_and_then_torchs_sgd_from_rest():
    gradients = torch.randn(12, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    ours, theirs = (nn.Parameter(torch.ones(5, dtype=torch.float64)) for _ in range(2))
    optimizer = AdamThenSGD([ours], lr=0.01, sgd_lr=0.2, switch_at=6, weight_decay=0.1)
    adam = torch.optim.Adam([theirs], lr=0.01, weight_decay=0.1)
    sgd = torch.optim.SGD([theirs], lr=0.2, momentum=0.9, weight_decay=0.1)
    for t, gradient in enumerate(gradients, start=1):
        ours.grad, theirs.grad = gradient.clone(), gradient.clone()
        optimizer.step()
        (adam if t <= 6 else sgd).step()
        assert (ours - theirs).abs().max() < 1e-12
        assert optimizer.switched_at == (6 if t >= 6 else None)
        assert optimizer.switch_lr == (pytest.approx(0.2) if t >= 6 else None)


def test_adams_moments_are_given_up():
    weights = nn.Parameter(torch.zeros(3))
    optimizer = AdamThenSGD([weights], switch_at=2)
    for _ in range(3):
        weights.grad = torch.ones(3)
        optimizer.step()
    assert set(optimizer.state[weights]) == {"step", "buffer"}
