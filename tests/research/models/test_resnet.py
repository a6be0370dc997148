"""Residual networks: a block against loops over pixels, known sizes, and what a skip does."""

import copy

import pytest
import torch
from torch import nn

from research.models.resnet import Block, PostBlock, ResNet
from research.settings.models import ResNetSettings
from tests.research.models.test_cnn import convolved


def make(channels: int = 3, **changes: object) -> ResNet:
    torch.manual_seed(0)
    return ResNet(ResNetSettings.model_validate(changes), channels, 10).double()


def normed(image: torch.Tensor, norm: nn.BatchNorm2d, low: float = 0.0) -> torch.Tensor:
    """What batch norm and a ReLU make of one image, channel by channel; low -inf is no ReLU."""
    result = torch.empty_like(image)
    for channel, values in enumerate(image):
        scale = norm.weight[channel] / (norm.running_var[channel] + norm.eps).sqrt()
        shifted = (values - norm.running_mean[channel]) * scale + norm.bias[channel]
        result[channel] = shifted.clamp_min(low)
    return result


def with_drawn_norms(block: nn.Module) -> nn.Module:
    """A block in evaluation mode whose batch norms are not the identity."""
    for norm in block.double().eval().modules():
        if isinstance(norm, nn.BatchNorm2d):
            norm.running_mean.normal_()
            norm.running_var.uniform_(0.5, 2)
            nn.init.normal_(norm.weight)
            nn.init.normal_(norm.bias)
    return block


@pytest.mark.parametrize("skip", [True, False])
@pytest.mark.parametrize(("channels", "wider", "stride"), [(3, 3, 1), (3, 6, 2), (3, 4, 1)])
def test_the_formula_of_a_block(channels, wider, stride, skip):
    torch.manual_seed(1)
    block = with_drawn_norms(Block(channels, wider, stride, skip))
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


@pytest.mark.parametrize("skip", [True, False])
@pytest.mark.parametrize(("channels", "wider", "stride"), [(3, 3, 1), (3, 6, 2), (3, 4, 1)])
def test_the_formula_of_a_block_with_norms_behind(channels, wider, stride, skip):
    torch.manual_seed(1)
    block = with_drawn_norms(PostBlock(channels, wider, stride, skip))
    x, zeros = torch.randn(1, channels, 7, 5, dtype=torch.float64), torch.zeros(wider)
    inner = convolved(x[0], block.convolution_in.weight, zeros)[:, ::stride, ::stride]
    inner = normed(inner, block.norm_between)
    y = convolved(inner, block.convolution_out.weight, zeros)
    y = normed(y, block.norm_out, -torch.inf)
    if skip and (channels, stride) == (wider, 1):
        y = y + x[0]
    elif skip:
        kernel, norm = block.projection[1].weight[:, :, 0, 0], block.projection[2]
        y = y + normed(
            torch.einsum("oc,chw->ohw", kernel, x[0, :, ::stride, ::stride]), norm, -torch.inf
        )
    assert torch.allclose(block(x)[0], y.clamp_min(0), atol=1e-12)


@pytest.mark.parametrize(("blocks", "size"), [(3, 272_474), (9, 855_770)])
def test_the_networks_whose_surfaces_were_drawn(blocks, size):
    """ResNet-20 and ResNet-56 for CIFAR-10, with option B: these numbers of parameters."""
    model = make(width=16, blocks=[blocks] * 3, order="post")
    assert sum(parameter.numel() for parameter in model.parameters()) == size


def test_order_post_normalises_the_first_convolution():
    model = with_drawn_norms(make(width=2, blocks=[1], order="post"))
    images = torch.randn(1, 3, 6, 6, dtype=torch.float64)
    first = convolved(images[0], model.first.weight, torch.zeros(2))
    features = model.blocks(normed(first, model.norm)[None])
    expected = features.mean(dim=(2, 3)) @ model.output.weight.T + model.output.bias
    assert torch.allclose(model(images), expected, atol=1e-12)


def test_the_order_before_has_the_weights_that_it_always_had():
    assert [name for name in make(width=1, blocks=[1]).state_dict() if "norm" not in name] == [
        "first.weight",
        "blocks.0.convolution_in.weight",
        "blocks.0.convolution_out.weight",
        "output.weight",
        "output.bias",
    ]
    assert make(width=1, blocks=[1]).norm is None


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


@pytest.mark.parametrize("order", ["pre", "post"])
def test_without_skips_the_same_convolutions_and_no_way_around_them(order):
    plain, residual = make(width=4, skip=False, order=order), make(width=4, order=order)
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


def test_shrinking_averages_squares_of_pixels():
    model = make(channels=1, width=2, blocks=[1, 1], shrink=2)
    images = torch.randn(2, 1, 8, 8, dtype=torch.float64)
    smaller = torch.stack(
        [
            images[:, :, r : r + 2, c : c + 2].mean((2, 3))
            for r in (0, 2, 4, 6)
            for c in (0, 2, 4, 6)
        ],
        dim=-1,
    ).view(2, 1, 4, 4)
    taking_it = make(channels=1, width=2, blocks=[1, 1])
    assert torch.allclose(model(images), taking_it(smaller), atol=1e-12)


def test_the_start_of_he():
    model = make(width=32, blocks=[1, 1], order="post", init="he")
    for layer in model.modules():
        if isinstance(layer, nn.Conv2d):
            fan_in = layer.in_channels * layer.kernel_size[0] * layer.kernel_size[1]
            assert layer.weight.std().item() == pytest.approx((2 / fan_in) ** 0.5, rel=0.1)
            assert layer.weight.abs().max() > 1.8 * layer.weight.std(), "not uniform"
    assert model.output.weight.std().item() == pytest.approx(1e-3, rel=0.1)
    assert not model.output.bias.any()
    assert make(width=32, blocks=[1]).output.bias.any(), "the default is PyTorch's"


def test_gradients_of_few_channels_are_those_in_float64():
    """A convolution 1 x 1 of stride 2 once wrote beyond its memory here, and ended the process."""
    torch.manual_seed(0)
    model = ResNet(ResNetSettings(width=1, blocks=(1, 1), order="post"), 1, 10)
    images, twin = torch.randn(64, 1, 8, 8), copy.deepcopy(model).double()
    for _ in range(10):
        found = torch.autograd.grad(model(images).square().sum(), list(model.parameters()))
    wanted = torch.autograd.grad(twin(images.double()).square().sum(), list(twin.parameters()))
    largest = max(float(each.abs().max()) for each in wanted)
    for one, other in zip(found, wanted, strict=True):
        assert torch.allclose(one.double(), other, rtol=1e-3, atol=1e-4 * largest)
