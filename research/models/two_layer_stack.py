"""Many two-layer networks of one width, trained at once: one tensor holds the weights of all.

Networks this small cost a step hardly more in arithmetic than in calling torch, so several share
the calls: every product is a batched one. The gradient of the squared loss is written out, which
takes half of autograd's time; autograd is the slow twin that tests hold it to.
"""

from typing import NamedTuple

import torch
from torch import Generator, Tensor, nn


class Parts(NamedTuple):
    """The layers of m networks, as views of their weights: f(x) = relu(x W^T + b) V^T + c.

    Matrices lie as those of nn.Linear: products with few hidden units are several times faster so.
    """

    hidden: Tensor
    """W, [m, width, inputs]."""
    hidden_bias: Tensor
    """b, [m, 1, width]."""
    output: Tensor
    """V, [m, outputs, width]."""
    output_bias: Tensor
    """c, [m, 1, outputs]."""


def parameter_count(inputs: int, width: int, outputs: int) -> int:
    """(d+1) H + (H+1) K, the parameters of one network."""
    return (inputs + 1) * width + (width + 1) * outputs


class TwoLayerStack:
    """m networks of the same width with weights of their own, all zero until they are drawn.

    An element-wise optimizer (momentum, Adam) on `weights` trains each as if it were alone.

    Args:
        networks: m.
        inputs: d, numbers of an image.
        width: H, hidden units.
        outputs: K.
        device: where the weights live; it can't be changed later.

    Attributes:
        weights: [m, parameters], float32.
        parts: the layers, views of `weights`.
    """

    def __init__(
        self, networks: int, inputs: int, width: int, outputs: int, device: torch.device | str
    ) -> None:
        self.inputs, self.width, self.outputs = inputs, width, outputs
        count = parameter_count(inputs, width, outputs)
        self.weights = nn.Parameter(torch.zeros(networks, count, device=device))
        self.weights.grad = torch.zeros_like(self.weights)
        self.parts = self._views(self.weights.detach())
        self._slopes = self._views(self.weights.grad)

    def _views(self, flat: Tensor) -> Parts:
        """The layers of numbers that lie as the weights do: [m, parameters]."""
        shapes = (
            (self.width, self.inputs),
            (1, self.width),
            (self.outputs, self.width),
            (1, self.outputs),
        )
        pieces = torch.split(flat, [rows * columns for rows, columns in shapes], dim=1)
        pairs = zip(pieces, shapes, strict=True)
        return Parts(*(piece.view(-1, *shape) for piece, shape in pairs))

    def draw(self, deviation: float, generator: Generator) -> None:
        """Draws all weights anew.

        Matrices are normal with mean 0; those of width 1 are Glorot's, uniform on
        +-sqrt(6 / (fan in + fan out)). Biases are nn.Linear's, uniform on +-1/sqrt(fan in).
        """
        parts = self.parts
        for matrix, bias in ((parts.hidden, parts.hidden_bias), (parts.output, parts.output_bias)):
            outputs, inputs = matrix.shape[1:]
            if self.width == 1:
                bound = (6 / (inputs + outputs)) ** 0.5
                matrix.uniform_(-bound, bound, generator=generator)
            else:
                matrix.normal_(0, deviation, generator=generator)
            bias.uniform_(-(inputs**-0.5), inputs**-0.5, generator=generator)

    def take_over(self, weights: Tensor, width: int) -> None:
        """Takes the weights of narrower networks, [m, parameters], for the first hidden units.

        The further units keep what they have; the output's bias is taken too.
        """
        narrow = TwoLayerStack(len(weights), self.inputs, width, self.outputs, weights.device)
        narrow.weights.detach().copy_(weights)
        for mine, taken in zip(self.parts, narrow.parts, strict=True):
            mine[:, : taken.shape[1], : taken.shape[2]] = taken

    def __call__(self, x: Tensor) -> Tensor:
        """Outputs of every network, [m, n, K], for x [n, d] or [m, n, d]."""
        hidden, bias, output, output_bias = self.parts
        x = x.expand(len(hidden), -1, -1)
        return torch.baddbmm(output_bias, torch.baddbmm(bias, x, hidden.mT).relu_(), output.mT)

    def set_gradient(self, x: Tensor, targets: Tensor) -> None:
        """Puts the gradient of each network's mean squared loss into `weights.grad`.

        The loss is the mean over examples and outputs, as torch's MSELoss.

        Args:
            x: [m, n, d], each network's own batch.
            targets: [m, n, K].
        """
        hidden, bias, output, output_bias = self.parts
        active = torch.baddbmm(bias, x, hidden.mT).relu_()
        scale = 2 / (targets.shape[1] * targets.shape[2])
        error = torch.baddbmm(output_bias, active, output.mT).sub_(targets).mul_(scale)
        back = torch.bmm(error, output).mul_(active > 0)
        torch.bmm(error.mT, active, out=self._slopes.output)
        torch.sum(error, 1, keepdim=True, out=self._slopes.output_bias)
        torch.bmm(back.mT, x, out=self._slopes.hidden)
        torch.sum(back, 1, keepdim=True, out=self._slopes.hidden_bias)
