"""The five-layer network against loops over pixels, and its size against the formula."""

import pytest
import torch

from research.models.cnn5 import CNN5
from research.settings.models import CNN5Settings
from tests.research.models.test_cnn import convolved, halved


def make(width: int, channels: int = 3) -> CNN5:
    torch.manual_seed(0)
    return CNN5(CNN5Settings(width=width), channels, 10).double()


def test_the_formula():
    """With statistics of its own in every norm, as after training."""
    model = make(width=2, channels=1).eval()
    norms = [module for module in model.features if hasattr(module, "running_var")]
    for norm in norms:
        norm.running_mean.normal_()
        norm.running_var.uniform_(0.5, 2)
        torch.nn.init.normal_(norm.weight)
        torch.nn.init.normal_(norm.bias)
    convolutions = [
        module.weight for module in model.features if isinstance(module, torch.nn.Conv2d)
    ]
    images = torch.randn(2, 1, 9, 6, dtype=torch.float64)
    found = model(images)
    for image, logits in zip(images, found, strict=True):
        h = image
        for layer, (weight, norm) in enumerate(zip(convolutions, norms, strict=True)):
            h = convolved(h, weight, torch.zeros(len(weight)))
            for channel in range(len(h)):
                scale = norm.weight[channel] / (norm.running_var[channel] + norm.eps).sqrt()
                h[channel] = (h[channel] - norm.running_mean[channel]) * scale + norm.bias[channel]
            h = h.clamp_min(0)
            h = halved(h, "max") if layer in (1, 2) else h
        assert h.shape == (16, 2, 1)
        largest = torch.stack([channel.max() for channel in h])
        expected = model.output.weight @ largest + model.output.bias
        assert torch.allclose(expected, logits, atol=1e-12)


@pytest.mark.parametrize(("width", "channels"), [(1, 1), (16, 1), (64, 3)])
def test_how_many_parameters(width, channels):
    count = sum(parameter.numel() for parameter in make(width, channels).parameters())
    k = width
    assert count == 9 * channels * k + 378 * k**2 + 30 * k + 8 * k * 10 + 10


@pytest.mark.parametrize("side", [4, 8, 28, 32])
def test_any_image_of_four_pixels_and_more(side):
    assert make(2)(torch.zeros(2, 3, side, side, dtype=torch.float64)).shape == (2, 10)


def test_shrinking_comes_first():
    model = make(2)
    torch.manual_seed(0)
    shrunk = CNN5(CNN5Settings(width=2, shrink=2), 3, 10).double()
    images = torch.randn(3, 3, 8, 10, dtype=torch.float64)
    means = torch.empty(3, 3, 4, 5, dtype=torch.float64)
    for row in range(4):
        for column in range(5):
            square = images[:, :, 2 * row : 2 * row + 2, 2 * column : 2 * column + 2]
            means[:, :, row, column] = square.sum(dim=(2, 3)) / 4
    assert torch.allclose(shrunk(images), model(means), atol=1e-12)
