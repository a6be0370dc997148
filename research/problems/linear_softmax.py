"""Softmax regression on random features: heavy-tailed classes, and nothing else to be learnt.

Kunstner et al. (2024, arXiv 2402.19449): 2^i classes have 2^(m-i) examples each, i = 0 to m-1, so
that each of the m groups of classes has 2^m examples. Features are uniform on [0, 1] and
independent of the labels: the model can only learn its examples by heart. With more features than
examples, as here, it can: the data are separable, and the loss has no minimum but the infimum 0.
"""

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional as F

_BLOCK = 16
"""Columns that libraries of linear algebra compute at once."""


class LinearSoftmax:
    """Mean cross entropy of softmax(W x + b) over all examples.

    Attributes:
        shares: of the classes in the labels, [C] float64.
        weights: W, [C, d].
        bias: b, [C].

    Args:
        features: x, [n, d].
        labels: y, [n]; every class has one.
        generator: draws the initial weights as torch does for a linear layer, uniform between
            -1/sqrt d and 1/sqrt d; on the processor.
    """

    def __init__(self, features: Tensor, labels: Tensor, generator: Generator) -> None:
        self.features = features
        self.labels = labels
        self._counts = torch.bincount(labels)
        self.shares = self._counts.double() / len(labels)
        classes, inputs = len(self._counts), features.shape[1]

        def draw(*shape: int) -> nn.Parameter:
            drawn = (torch.rand(shape, generator=generator) * 2 - 1) / inputs**0.5
            return nn.Parameter(drawn.to(features))

        self.weights, self.bias = draw(classes, inputs), draw(classes)
        # The product of 127 columns takes 1.5 times as long as that of 128.
        self._columns = -(-classes // _BLOCK) * _BLOCK
        self._padded = self.weights.new_zeros(self._columns, inputs)

    @property
    def parameters(self) -> list[nn.Parameter]:
        """What is trained."""
        return [self.weights, self.bias]

    @torch.no_grad()
    def set_gradients(self) -> Tensor:
        """Writes the gradient over all examples.

        Returns:
            The mean loss, a number.
        """
        logarithms = torch.log_softmax(self._outputs(), dim=1)
        loss = F.nll_loss(logarithms, self.labels)
        n, classes = logarithms.shape
        # Below e^-80 come subnormal numbers, with which processors take many times as long.
        slopes = logarithms.clamp_(min=-80).exp_()  # [n, C]
        slopes[torch.arange(n, device=slopes.device), self.labels] -= 1
        slopes /= n
        padded = F.pad(slopes, (0, self._columns - classes))
        self.weights.grad = (padded.mT @ self.features)[:classes]
        self.bias.grad = slopes.sum(0)
        return loss

    @torch.no_grad()
    def losses(self) -> Tensor:
        """The mean loss of each class, [C] in float64."""
        each = F.cross_entropy(self._outputs().double(), self.labels, reduction="none")
        sums = torch.zeros_like(self.shares).scatter_add_(0, self.labels, each)
        return sums / self._counts

    def _outputs(self) -> Tensor:
        self._padded[: len(self.weights)] = self.weights
        return (self.features @ self._padded.mT)[:, : len(self.weights)] + self.bias


def grouped_labels(m: int) -> Tensor:
    """Labels of 2^i classes with 2^(m-i) examples each, i = 0 to m-1, frequent first: [m 2^m]."""
    counts = class_counts(m)
    return torch.arange(len(counts)).repeat_interleave(torch.tensor(counts))


def class_counts(m: int) -> list[int]:
    """Examples of each of the 2^m - 1 classes."""
    return [2 ** (m - i) for i in range(m) for _ in range(2**i)]


def draw_features(m: int, generator: Generator) -> Tensor:
    """Features of all m 2^m examples, uniform on [0, 1]: [m 2^m, (m + 1) 2^m]."""
    return torch.rand(m * 2**m, (m + 1) * 2**m, generator=generator)
