"""Networks in a row are the same functions; others are none."""

import pytest
import torch
from torch import nn
from torch.fx import symbolic_trace
from torch.nn import functional as F

from research.landscape.fast.chain import in_a_row
from tests.research.landscape.fast.cases import Doubled, cnn, mlp, resnet


class Calls(nn.Module):
    """Functions and methods with arguments, given by place and by name."""

    def forward(self, x):
        x = torch.clamp(x.flatten(1).narrow(1, 2, 30), -1, max=0.5)
        return F.leaky_relu(x.mul(3), negative_slope=0.2).div(2).sum(dim=1, keepdim=True)


@pytest.mark.parametrize("build", [mlp, cnn, Calls, nn.Identity])
def test_a_row_of_operations(build):
    network = symbolic_trace(build().eval())
    run, x = in_a_row(network), torch.randn(6, 2, 6, 6)
    assert run is not None
    assert run(x).equal(network(x))
    for parameter in network.parameters():
        parameter.data.add_(0.1)
    assert run(x).equal(network(x))


@pytest.mark.parametrize("build", [resnet, Doubled])
def test_no_row(build):
    assert in_a_row(symbolic_trace(build().eval())) is None


@pytest.mark.parametrize(
    "function",
    [
        lambda x: torch.add(x, x),
        lambda x: torch.clamp(x, max=x),
        lambda x: torch.cat([x, x]),
        lambda x: (x, x),
        lambda x: 1 - x,
    ],
)
def test_what_looks_at_its_input_twice_or_not_first_is_no_row(function):
    assert in_a_row(symbolic_trace(function)) is None
