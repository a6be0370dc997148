"""Two optimizers as one: what its users see, and that the parts stay connected."""

import copy

import pytest
import torch
from torch import nn

from research.optim.composite import CompositeOptimizer


def tensors():
    generator = torch.Generator().manual_seed(0)
    return [nn.Parameter(torch.randn(4, generator=generator)) for _ in range(2)]


def parts(weights):
    return [
        torch.optim.Adam(weights[:1], lr=0.1),
        torch.optim.SGD(weights[1:], lr=0.2, momentum=0.9),
    ]


def train(optimizer, weights, steps, first=0):
    for step in range(first, first + steps):
        for each in weights:
            each.grad = torch.sin(torch.arange(4.0) * (step + 1)) + each.detach()
        optimizer.step()


def test_it_does_what_its_parts_do_alone():
    together, apart = tensors(), tensors()
    train(CompositeOptimizer(parts(together)), together, 10)
    for part in parts(apart):
        train(part, [weights for group in part.param_groups for weights in group["params"]], 10)
    assert all(torch.equal(one, other) for one, other in zip(together, apart, strict=True))


def test_a_schedule_reaches_every_part_also_after_a_checkpoint_was_loaded():
    weights = tensors()
    optimizer = CompositeOptimizer(parts(weights))
    train(optimizer, weights, 3)
    optimizer.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    assert [group["lr"] for group in optimizer.param_groups] == [0.1, 0.2]
    before = [each.detach().clone() for each in weights]
    for group in optimizer.param_groups:
        group["lr"] = 0.0
    train(optimizer, weights, 1, first=3)
    assert all(torch.equal(one, other) for one, other in zip(weights, before, strict=True))


def test_its_state_is_all_state_and_resumes_exactly():
    straight, weights = tensors(), tensors()
    optimizer = CompositeOptimizer(parts(straight))
    train(optimizer, straight, 5)
    state = copy.deepcopy(optimizer.state_dict())
    assert set(state["state"]) == {0, 1}
    resumed = CompositeOptimizer(parts(weights))
    with torch.no_grad():
        for each, trained in zip(weights, straight, strict=True):
            each.copy_(trained)
    resumed.load_state_dict(state)
    train(optimizer, straight, 5, first=5)
    train(resumed, weights, 5, first=5)
    assert all(torch.equal(one, other) for one, other in zip(straight, weights, strict=True))


def test_a_copy_is_as_connected_as_the_original():
    weights = tensors()
    model = nn.ParameterList(weights)
    optimizer = CompositeOptimizer(parts(weights))
    train(optimizer, weights, 2)
    other_model, other = copy.deepcopy((model, optimizer))
    train(optimizer, weights, 3, first=2)
    train(other, list(other_model), 3, first=2)
    assert all(torch.equal(one, two) for one, two in zip(weights, other_model, strict=True))


def test_the_closure_is_evaluated_once():
    weights, calls = tensors(), []

    def closure():
        calls.append(torch.is_grad_enabled())
        for each in weights:
            each.grad = torch.ones(4)
        return 7.0

    assert CompositeOptimizer(parts(weights)).step(closure) == 7.0
    assert calls == [True]


def test_what_would_mix_the_parts_up_is_refused():
    weights = tensors()
    with pytest.raises(TypeError, match="no further parameter groups"):
        CompositeOptimizer(parts(weights)).add_param_group({"params": tensors()})
    with pytest.raises(ValueError, match="more than one parameter group"):
        CompositeOptimizer([*parts(weights), torch.optim.SGD(weights[:1], lr=0.1)])
    with pytest.raises(ValueError, match="empty"):
        CompositeOptimizer([])
