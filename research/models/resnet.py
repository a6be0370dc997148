"""Residual networks for small images, of any width and depth, with or without their skips."""

import torch
from torch import Tensor, nn

from research.settings.models import ResNetSettings


class ResNet(nn.Module):
    """A convolution, stages of pre-activation blocks, the mean over pixels, and logits.

    Stage s = 0, 1, ... has 2^s k channels; each stage but the first begins by halving the image,
    rounding up. After the last block there is neither a norm nor a ReLU, as in the network that
    double descent was measured on. Convolutions have no bias; initial values are PyTorch's.

    With two blocks in each of four stages and k = 64 it is ResNet18 for CIFAR; with nine in each of
    three and k = 16, a network of 56 layers.

    Source: He et al. (2016), arXiv:1603.05027, figure 4e; the width k as in Nakkiran et al. (2019),
    arXiv:1912.02292, appendix.

    Args:
        settings: the width k, the blocks of each stage, and whether they have skips.
        channels: channels of an image.
        outputs: classes.
    """

    def __init__(self, settings: ResNetSettings, channels: int, outputs: int) -> None:
        super().__init__()
        narrower = settings.width
        self.first = convolution(channels, narrower)
        blocks: list[nn.Module] = []
        for doublings, count in enumerate(settings.blocks):
            wider = settings.width << doublings
            for index in range(count):
                stride = 2 if doublings and not index else 1
                blocks.append(Block(narrower, wider, stride, settings.skip))
                narrower = wider
        self.blocks = nn.Sequential(*blocks)
        self.output = nn.Linear(narrower, outputs)
        # The same numbers, sooner on a CPU; the stubs know no such argument.
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, images: Tensor) -> Tensor:
        """Logits of images: [n, channels, height, width] to [n, outputs]."""
        logits: Tensor = self.output(self.blocks(self.first(images)).mean(dim=(2, 3)))
        return logits


class Block(nn.Module):
    """y = F(a) + S, with a = relu(norm(x)) and F = convolution, norm, ReLU, convolution.

    The skip S is x itself; where channels or size change, a convolution 1 x 1 of a. Without skips
    y = F(a): the "plain" network of He et al. (2015), with the same convolutions 3 x 3.

    Args:
        channels: channels of x.
        wider: channels of y.
        stride: 2 halves height and width, rounding up.
        skip: whether there is S.
    """

    def __init__(self, channels: int, wider: int, stride: int, skip: bool) -> None:
        super().__init__()
        self.norm_in, self.norm_between = nn.BatchNorm2d(channels), nn.BatchNorm2d(wider)
        self.convolution_in = convolution(channels, wider, stride)
        self.convolution_out = convolution(wider, wider)
        self.skip = skip
        changes = channels != wider or stride > 1
        self.projection = (
            nn.Conv2d(channels, wider, 1, stride, bias=False) if skip and changes else None
        )

    def forward(self, x: Tensor) -> Tensor:
        """[n, channels, height, width] to [n, wider, height / stride, width / stride]."""
        activated = self.norm_in(x).relu()
        inner = self.norm_between(self.convolution_in(activated)).relu()
        y: Tensor = self.convolution_out(inner)
        if not self.skip:
            return y
        return y + (x if self.projection is None else self.projection(activated))


def convolution(channels: int, wider: int, stride: int = 1) -> nn.Conv2d:
    """3 x 3, with zeros around the image and no bias."""
    return nn.Conv2d(channels, wider, 3, stride, padding=1, bias=False)
