"""Stacked two-layer networks against plain modules and autograd, one network at a time."""

import pytest
import torch
from torch import nn

from research.models.two_layer_stack import TwoLayerStack, parameter_count

SHAPES = [(1, 3, 2, 4), (3, 5, 7, 2), (2, 4, 1, 3)]
"""Networks, inputs, width, outputs."""


def drawn(networks, inputs, width, outputs, seed=0, deviation=0.7):
    stack = TwoLayerStack(networks, inputs, width, outputs, "cpu")
    stack.draw(deviation, torch.Generator().manual_seed(seed))
    return stack


def alone(stack, network):
    """A plain module with the weights of one network."""
    hidden, hidden_bias, output, output_bias = (part[network] for part in stack.parts)
    module = nn.Sequential(
        nn.Linear(stack.inputs, stack.width), nn.ReLU(), nn.Linear(stack.width, stack.outputs)
    )
    with torch.no_grad():
        module[0].weight.copy_(hidden)
        module[0].bias.copy_(hidden_bias[0])
        module[2].weight.copy_(output)
        module[2].bias.copy_(output_bias[0])
    return module


@pytest.mark.parametrize("shape", SHAPES)
def test_outputs_and_gradients_are_those_of_a_plain_module(shape):
    networks, inputs, _, outputs = shape
    stack = drawn(*shape)
    x = torch.randn(networks, 6, inputs, generator=torch.Generator().manual_seed(1))
    y = torch.randn(networks, 6, outputs, generator=torch.Generator().manual_seed(2))
    for _ in range(2):  # nothing is left over from the call before
        stack.set_gradient(x, y)
    slopes = stack._views(stack.weights.grad)
    for network in range(networks):
        module = alone(stack, network)
        assert sum(p.numel() for p in module.parameters()) == stack.weights.shape[1]
        torch.testing.assert_close(stack(x)[network], module(x[network]))
        torch.testing.assert_close(stack(x[0])[network], module(x[0]))
        nn.MSELoss()(module(x[network]), y[network]).backward()
        expected = (
            module[0].weight.grad,
            module[0].bias.grad[None],
            module[2].weight.grad,
            module[2].bias.grad[None],
        )
        for slope, wanted in zip(slopes, expected, strict=True):
            torch.testing.assert_close(slope[network], wanted)


def test_parameters_of_the_source():
    """39,760 at H = 50 and 40,555 at H = 51: the threshold of 4,000 digits is between them."""
    assert parameter_count(784, 50, 10) == 39_760
    assert parameter_count(784, 51, 10) == 40_555


def test_a_wider_network_that_takes_over_a_narrower_one_contains_it():
    narrow, wide = drawn(3, 5, 4, 2, seed=1), drawn(3, 5, 7, 2, seed=2)
    own = wide.parts.hidden[:, 4:].clone()
    wide.take_over(narrow.weights.detach(), 4)
    assert torch.equal(wide.parts.hidden[:, 4:], own)
    wide.parts.output[:, :, 4:] = 0
    x = torch.randn(6, 5, generator=torch.Generator().manual_seed(3))
    torch.testing.assert_close(wide(x), narrow(x))


def test_initial_weights():
    stack = drawn(40, 100, 30, 10, deviation=0.1)
    for matrix in (stack.parts.hidden, stack.parts.output):
        assert abs(matrix.std() - 0.1) < 2e-3 and abs(matrix.mean()) < 2e-3
    for bias, inputs in ((stack.parts.hidden_bias, 100), (stack.parts.output_bias, 30)):
        bound = inputs**-0.5
        assert bias.abs().max() <= bound
        assert bias.std() == pytest.approx(bound / 3**0.5, rel=0.1)
    assert len(set(stack.parts.hidden[:, 0, 0].tolist())) == 40


def test_width_one_starts_as_glorot_has_it():
    stack = drawn(400, 99, 1, 10, deviation=50.0)
    for matrix, both in ((stack.parts.hidden, 100), (stack.parts.output, 11)):
        bound = (6 / both) ** 0.5
        assert 0.98 * bound < matrix.abs().max() <= bound
