"""Narrow layers are widened, and nobody notices."""

import pytest
import torch
from torch import nn
from torch.fx import symbolic_trace

from research.landscape.fast import fast_evaluator
from research.landscape.fast.padding import pad_narrow_layers
from research.landscape.fast.points import Points
from tests.research.landscape.fast.cases import CLASSES, mlp, problem


class Twice(nn.Module):
    """A layer whose outputs are looked at in several ways."""

    def __init__(self, width, bias):
        super().__init__()
        self.layer = nn.Linear(3, width, bias)

    def forward(self, x):
        y = self.layer(x)
        return y, y.sum(-1) + y.exp().mean(-1), y.view(-1)


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("width", [7, 8, 10, 15, 16])
def test_layers_from_8_to_15_have_16_outputs(width, bias):
    network, x = symbolic_trace(Twice(width, bias)), torch.randn(5, 2, 3)
    expected = [each.detach() for each in network(x)]
    origin = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    pad_narrow_layers(network)
    assert network.layer.weight.shape == (16 if 8 <= width < 16 else width, 3)
    Points(network, origin, [origin]).set((0.0,))
    for found, each in zip(network(x), expected, strict=True):
        assert found.is_contiguous()
        torch.testing.assert_close(found, each, rtol=1e-5, atol=1e-6)


def test_the_fast_evaluator_pads():
    fast = fast_evaluator(*problem(mlp(widths=(9, 12))))
    layers = [module for module in fast._network.modules() if isinstance(module, nn.Linear)]
    assert [len(layer.weight) for layer in layers] == [16, CLASSES]
