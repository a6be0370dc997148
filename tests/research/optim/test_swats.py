"""When SWATS switches, where that can be known without running it."""

import copy

import pytest
import torch
from torch import nn

from research.optim.swats import Swats


def constant(optimizer, weights, gradient, steps):
    """The distances that a weight moves under a gradient that never changes."""
    moves = []
    for _ in range(steps):
        before = weights.detach().clone()
        weights.grad = torch.full_like(weights, gradient)
        optimizer.step()
        moves.append(float((before - weights).detach()))
    return moves


@pytest.fixture
def weights():
    return nn.Parameter(torch.zeros(1, dtype=torch.float64))


def test_under_a_constant_gradient_the_rate_is_known_at_once(weights):
    """Adam moves by lr, SGD needs gamma = lr / g for that; then momentum starts from rest."""
    optimizer = Swats([weights], lr=0.1, eps=1e-300)
    assert optimizer.switched_at is optimizer.gamma is optimizer.switch_lr is None
    assert constant(optimizer, weights, 4.0, 2) == pytest.approx([0.1, 0.1], abs=1e-14)
    assert optimizer.switched_at == 2
    assert optimizer.gamma == pytest.approx(0.1 / 4, abs=1e-15)
    assert optimizer.lambda_hat == optimizer.switch_lr == pytest.approx(0.1 / 4, abs=1e-15)
    expected = [0.1 * (1 - 0.9**k) for k in range(1, 6)]
    assert constant(optimizer, weights, 4.0, 5) == pytest.approx(expected, abs=1e-14)


def test_it_waits_for_the_least_number_of_steps(weights):
    optimizer = Swats([weights], lr=0.1, min_steps=7)
    constant(optimizer, weights, 4.0, 6)
    assert optimizer.switched_at is None
    constant(optimizer, weights, 4.0, 3)
    assert optimizer.switched_at == 7


def test_a_schedule_goes_on_multiplying_after_the_switch(weights):
    optimizer = Swats([weights], lr=0.1, eps=1e-300)
    constant(optimizer, weights, 4.0, 2)
    optimizer.param_groups[0]["lr"] = 0.05
    assert optimizer.switch_lr == pytest.approx(0.05 / 4, abs=1e-15)
    assert constant(optimizer, weights, 4.0, 1) == pytest.approx([0.05 * 0.1], abs=1e-14)


def test_a_step_without_a_gradient_gives_no_estimate(weights):
    optimizer = Swats([weights])
    constant(optimizer, weights, 0.0, 3)
    assert optimizer.gamma is optimizer.switched_at is None
    assert weights.item() == 0


def test_updates_without_any_gradient_do_not_count(weights):
    optimizer = Swats([weights], lr=0.1, eps=1e-300)
    for _ in range(5):
        optimizer.step()
    assert constant(optimizer, weights, 4.0, 1) == pytest.approx([0.1], abs=1e-14)


def test_a_negative_rate_is_never_taken(weights):
    """Momentum outlives the turn of the gradient: the estimate is negative and changes slowly."""
    optimizer = Swats([weights], lr=0.1, betas=(0.99, 0.5), switch_tolerance=1e3, min_steps=31)
    constant(optimizer, weights, 1.0, 20)
    constant(optimizer, weights, -1.0, 12)
    assert optimizer.gamma < 0
    assert optimizer.lambda_hat < 0
    assert optimizer.switched_at is None


def test_the_switch_survives_a_checkpoint(weights):
    optimizer = Swats([weights], lr=0.1)
    constant(optimizer, weights, 4.0, 4)
    state = copy.deepcopy(optimizer.state_dict())
    resumed = nn.Parameter(weights.detach().clone())
    other = Swats([resumed], lr=0.1)
    other.load_state_dict(state)
    assert other.switched_at == 2
    assert constant(other, resumed, 3.0, 5) == constant(optimizer, weights, 3.0, 5)
    assert torch.equal(resumed, weights)
