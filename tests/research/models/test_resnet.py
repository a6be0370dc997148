"""Residual networks: a block against loops over pixels, known sizes, and what a skip does."""

import pytest
import torch
from torch import nn

from research.models.resnet import Block, ResNet
from research.settings.models import ResNetSettings
from tests.research.models.test_cnn import convolved


def make(channels: int = 3, **changes: object) -> ResNet:
    torch.manual_seed(0)
    return ResNet(ResNetSettings.model_validate(changes), channels, 10).double()


def normed(image: torch.Tensor, norm: nn.BatchNorm2d) -> torch.Tensor:
    """What batch norm and a ReLU make of one image, channel by channel."""
    result = torch.empty_like(image)
    for channel, values in enumerate(image):
        scale = norm.weight[channel] / (norm.running_var[channel] + norm.eps).sqrt()
        shifted = (values - norm.running_mean[channel]) * scale + norm.bias[channel]
        result[channel] = shifted.clamp_min(0)
    return result


@pytest.mark.parametrize("skip", [True, False])
@pytest.mark.parametrize(("channels", "wider", "stride"), [(3, 3, 1), (3, 6, 2), (3, 4, 1)])
def test_the_formula_of_a_block(channels, wider, stride, skip):
    torch.manual_seed(1)
    block = Block(channels, wider, stride, skip).double().eval()
    for norm in (block.norm_in, block.norm_between):
        norm.running_mean.normal_()
        norm.running_var.uniform_(0.5, 2)
        nn.init.normal_(norm.weight)
        nn.init.normal_(norm.bias)
    x = torch.randn(1, channels, 7, 5, dtype=torch.float64)
    a = normed(x[0], block.norm_in)
    inner = convolved(a, block.convolution_in.weight, torch.zeros(wider))[:, ::stride, ::stride]
    y = convolved(
        normed(inner, block.norm_between), block.convolution_out.weight, torch.zeros(9)[:wider]
    )
    if skip and (channels, stride) == (wider, 1):
        y = y + x[0]
    elif skip:
        kernel = block.projection.weight[:, :, 0, 0]
        y = y + torch.einsum("oc,chw->ohw", kernel, a[:, ::stride, ::stride])
    assert torch.allclose(block(x)[0], y, atol=1e-12)


def test_resnet18_has_its_published_size():
    """11,171,146 parameters in 18 layers: the pre-activation ResNet18 for CIFAR-10."""
    model = make()
    assert sum(parameter.numel() for parameter in model.parameters()) == 11_171_146
    kernels = [m.kernel_size for m in model.modules() if isinstance(m, nn.Conv2d)]
    assert kernels.count((3, 3)) + 1 == 18
    assert kernels.count((1, 1)) == 3


def test_fifty_six_layers():
    model = make(width=16, blocks=[9, 9, 9])
    kernels = [m.kernel_size for m in model.modules() if isinstance(m, nn.Conv2d)]
    assert kernels.count((3, 3)) + 1 == 56
    assert model.output.in_features == 64


@pytest.mark.parametrize(("side", "last"), [(32, 4), (28, 4), (8, 1)])
def test_every_stage_but_the_first_halves_the_image(side, last):
    model = make(channels=1, width=2)
    images = torch.randn(2, 1, side, side, dtype=torch.float64)
    features = model.blocks(model.first(images))
    assert features.shape == (2, 16, last, last)
    means = torch.stack([features[:, :, r, c] for r in range(last) for c in range(last)]).mean(0)
    expected = means @ model.output.weight.T + model.output.bias
    assert torch.allclose(model(images), expected, atol=1e-12)


def test_without_skips_the_same_convolutions_and_no_way_around_them():
    plain, residual = make(width=4, skip=False), make(width=4)
    count = {
        name: sum(p.numel() for p in model.parameters() if p.dim() == 4 and p.shape[-1] == 3)
        for name, model in (("plain", plain), ("residual", residual))
    }
    assert count["plain"] == count["residual"]
    assert not any(m.kernel_size == (1, 1) for m in plain.modules() if isinstance(m, nn.Conv2d))
    images = torch.randn(2, 3, 8, 8, dtype=torch.float64)
    for model in (plain, residual):
        for block in model.blocks:
            nn.init.zeros_(block.convolution_out.weight)
    assert torch.equal(plain(images)[0], plain(images)[1]), "nothing gets through"
    assert not torch.allclose(residual(images)[0], residual(images)[1])
