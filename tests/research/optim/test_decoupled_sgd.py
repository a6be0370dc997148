"""SGD with decoupled weight decay."""

import torch
from torch import nn

from research.optim.optimizers import build_optimizer
from research.settings.optimizers import HeavyBallSettings


def settings(**more) -> HeavyBallSettings:
    return HeavyBallSettings(lr=0.1, weight_decay=0.5, decoupled_weight_decay=True, **more)


def test_without_gradients_the_weights_shrink_geometrically():
    weight = nn.Parameter(torch.ones(3, dtype=torch.float64))
    optimizer = build_optimizer(settings(), [weight])
    for _ in range(7):
        weight.grad = torch.zeros_like(weight)
        optimizer.step()
    assert (weight - (1 - 0.1 * 0.5) ** 7).abs().max() < 1e-15


def test_a_parameter_without_a_gradient_is_left_alone():
    used, unused = nn.Parameter(torch.ones(2)), nn.Parameter(torch.ones(2))
    optimizer = build_optimizer(settings(), [used, unused])
    used.grad = torch.ones_like(used)
    optimizer.step()
    assert torch.equal(unused, torch.ones(2))
    assert (used < 1).all()


def test_a_closure_sees_the_weights_before_the_decay():
    weight = nn.Parameter(torch.ones(1, dtype=torch.float64))
    optimizer = build_optimizer(settings(), [weight])

    def closure():
        optimizer.zero_grad()
        loss = (weight**2).sum()
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 1
    assert abs(float(weight.detach()) - (1 - 0.1 * 0.5 - 0.1 * 2)) < 1e-15
