"""The loop that our own optimizers share."""

import pytest
import torch
from torch import nn

from research.optim.adam_then_sgd import AdamThenSGD
from research.optim.amos import Amos
from research.optim.caspr import Caspr
from research.optim.generalized_adam import GeneralizedAdam
from research.optim.lion import Lion
from research.optim.muon import Muon
from research.optim.nadamw import NadamW
from research.optim.normalized_sgd import NormalizedSGD
from research.optim.rule import Rule
from research.optim.shampoo import Shampoo
from research.optim.sign_sgd import SignSGD
from research.optim.swats import Swats

RULES = [AdamThenSGD, Amos, Caspr, GeneralizedAdam, Lion, Muon, NadamW, NormalizedSGD, Shampoo]


@pytest.mark.parametrize("rule", [*RULES, SignSGD, Swats])
def test_a_tensor_without_a_gradient_stays(rule):
    moving, resting = (nn.Parameter(torch.ones(3, 3)) for _ in range(2))
    optimizer = rule([moving, resting])
    moving.grad = torch.eye(3)
    optimizer.step()
    assert not torch.equal(moving, torch.ones(3, 3))
    assert torch.equal(resting, torch.ones(3, 3))
    assert resting not in optimizer.state


@pytest.mark.parametrize("rule", [*RULES, SignSGD, Swats])
def test_without_any_gradient_nothing_happens(rule):
    weights = nn.Parameter(torch.ones(3, 3))
    rule([weights]).step()
    assert torch.equal(weights, torch.ones(3, 3))


@pytest.mark.parametrize("rule", [*RULES, SignSGD, Swats])
def test_groups_have_rates_of_their_own(rule):
    fast, slow = (nn.Parameter(torch.ones(3, 3)) for _ in range(2))
    optimizer = rule([{"params": [fast]}, {"params": [slow], "lr": 0.0}], lr=0.1)
    fast.grad, slow.grad = torch.eye(3), torch.eye(3)
    optimizer.step()
    assert not torch.equal(fast, torch.ones(3, 3))
    assert torch.equal(slow, torch.ones(3, 3))


def test_the_closure_is_evaluated_with_gradients():
    weights = nn.Parameter(torch.ones(2))

    def closure():
        loss = weights.square().sum()
        (weights.grad,) = torch.autograd.grad(loss, [weights])
        return float(loss.detach())

    assert SignSGD([weights], lr=0.5).step(closure) == 2.0
    assert torch.equal(weights, torch.full((2,), 0.5))


def test_a_rule_without_an_update_says_so():
    weights = nn.Parameter(torch.ones(2))
    weights.grad = torch.ones(2)
    with pytest.raises(TypeError, match="define update"):
        Rule([weights], lr=0.1).step()
