"""Residual networks for small images, of any width and depth, with or without their skips."""

import torch
from torch import Tensor, nn

from research.settings.models import ResNetSettings


class ResNet(nn.Module):
    """A convolution, stages of blocks, the mean over pixels, and logits.

    Stage s = 0, 1, ... has 2^s k channels; each stage but the first begins by halving the image,
    rounding up. With `shrink` s > 1 a mean over s x s pixels comes before it all. Convolutions have
    no bias.

    - Order "pre": the blocks are `Block`. After the last one there is neither a norm nor a ReLU, as
      in the network that double descent was measured on. With two blocks in each of four stages and
      k = 64 it is ResNet18 for CIFAR.
    - Order "post": norm and ReLU follow the first convolution, and the blocks are `PostBlock`. With
      three or nine blocks in each of three stages and k = 16 they are the ResNet-20 and ResNet-56
      that loss surfaces were drawn of.

    Initial values are PyTorch's. With `init` "he" convolutions start normal, the variance 2 over
    the fan in, the output layer normal with the deviation 0.001 and zero biases, as in the training
    behind those surfaces.

    Sources: "pre" He et al. (2016), arXiv:1603.05027, figure 4e, the width k as in Nakkiran et al.
    (2019), arXiv:1912.02292, appendix; "post" He et al. (2015), arXiv:1512.03385, section 4.2, with
    the skips of its option B, as in Li et al. (2018), arXiv:1712.09913, and its public code.

    Args:
        settings: the width k, the blocks of each stage, their order, whether they have skips, and
            where training starts.
        channels: channels of an image.
        outputs: classes.
    """

    def __init__(self, settings: ResNetSettings, channels: int, outputs: int) -> None:
        super().__init__()
        narrower = settings.width
        self.shrink = nn.AvgPool2d(settings.shrink) if settings.shrink > 1 else None
        self.first = convolution(channels, narrower)
        is_post = settings.order == "post"
        self.norm = nn.BatchNorm2d(narrower) if is_post else None
        kind = PostBlock if is_post else Block
        blocks: list[nn.Module] = []
        for doublings, count in enumerate(settings.blocks):
            wider = settings.width << doublings
            for index in range(count):
                stride = 2 if doublings and not index else 1
                blocks.append(kind(narrower, wider, stride, settings.skip))
                narrower = wider
        self.blocks = nn.Sequential(*blocks)
        self.output = nn.Linear(narrower, outputs)
        if settings.init == "he":
            self.apply(start_as_he)
        # The same numbers, sooner on a CPU; the stubs know no such argument.
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, images: Tensor) -> Tensor:
        """Logits of images: [n, channels, height, width] to [n, outputs]."""
        x = self.first(images if self.shrink is None else self.shrink(images))
        if self.norm is not None:
            x = self.norm(x).relu()
        logits: Tensor = self.output(self.blocks(x).mean(dim=(2, 3)))
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
        self.subsampling = subsampling(stride)
        self.projection = nn.Conv2d(channels, wider, 1, bias=False) if skip and changes else None

    def forward(self, x: Tensor) -> Tensor:
        """[n, channels, height, width] to [n, wider, height / stride, width / stride]."""
        activated = self.norm_in(x).relu()
        inner = self.norm_between(self.convolution_in(activated)).relu()
        y: Tensor = self.convolution_out(inner)
        if not self.skip:
            return y
        return y + (x if self.projection is None else self.projection(self.subsampling(activated)))


class PostBlock(nn.Module):
    """y = relu(F(x) + S) with F = convolution, norm, ReLU, convolution, norm.

    The skip S is x itself; where channels or size change, a convolution 1 x 1 of x and a norm, the
    source's option B. Without skips y = relu(F(x)): the source's "plain" network.

    Source: He et al. (2015), arXiv:1512.03385, figure 2 and section 4.2.

    Args:
        channels: channels of x.
        wider: channels of y.
        stride: 2 halves height and width, rounding up.
        skip: whether there is S.
    """

    def __init__(self, channels: int, wider: int, stride: int, skip: bool) -> None:
        super().__init__()
        self.convolution_in = convolution(channels, wider, stride)
        self.convolution_out = convolution(wider, wider)
        self.norm_between, self.norm_out = nn.BatchNorm2d(wider), nn.BatchNorm2d(wider)
        self.skip = skip
        self.projection: nn.Sequential | None = None
        if skip and (channels != wider or stride > 1):
            self.projection = nn.Sequential(
                subsampling(stride),
                nn.Conv2d(channels, wider, 1, bias=False),
                nn.BatchNorm2d(wider),
            )

    def forward(self, x: Tensor) -> Tensor:
        """[n, channels, height, width] to [n, wider, height / stride, width / stride]."""
        inner = self.norm_between(self.convolution_in(x)).relu()
        y: Tensor = self.norm_out(self.convolution_out(inner))
        if not self.skip:
            return y.relu()
        return (y + (x if self.projection is None else self.projection(x))).relu()


def subsampling(stride: int) -> nn.Module:
    """Every so many pixels of each row and column, as a convolution 1 x 1 of that stride sees them.

    It stands before such a convolution because torch 2.13's own stride, on processors with AVX2,
    writes beyond its memory when it computes the gradient of fewer than 8 channels, channels last.
    """
    return nn.AvgPool2d(1, stride) if stride > 1 else nn.Identity()


def start_as_he(layer: nn.Module) -> None:
    """Draws the initial values of one layer: He et al. (2015), arXiv:1502.01852, equation 10."""
    if isinstance(layer, nn.Conv2d):
        nn.init.kaiming_normal_(layer.weight, mode="fan_in", nonlinearity="relu")
    elif isinstance(layer, nn.Linear):
        nn.init.normal_(layer.weight, std=1e-3)
        nn.init.zeros_(layer.bias)


def convolution(channels: int, wider: int, stride: int = 1) -> nn.Conv2d:
    """3 x 3, with zeros around the image and no bias."""
    return nn.Conv2d(channels, wider, 3, stride, padding=1, bias=False)
