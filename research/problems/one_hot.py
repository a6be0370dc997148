"""Softmax regression with one-hot inputs: as many independent problems as there are classes.

Its closed forms are in `one_hot_formulas`. Only two numbers per class are trained, since the
outputs for all wrong classes stay equal; the gradients are those of single entries of the whole
matrix, so a method that treats each entry alike takes the path that it takes on the whole matrix.
"""

import torch
from torch import Tensor, nn


class OneHotSoftmax:
    """sum_k pi_k l_k, l_k = -log softmax(W e_k)_k, from W = 0.

    Attributes:
        shares: pi, [C].
        weights: W_kk in the first row, and W_jk for any j != k in the second, [2, C].

    Args:
        frequencies: pi, with sum 1, [C] with C >= 2; its type is that of the weights.
    """

    def __init__(self, frequencies: Tensor) -> None:
        self.shares = frequencies
        self.weights = nn.Parameter(frequencies.new_zeros(2, len(frequencies)))

    @property
    def parameters(self) -> list[nn.Parameter]:
        """What is trained."""
        return [self.weights]

    @torch.no_grad()
    def set_gradients(self) -> Tensor:
        """Writes the gradient of single entries of W: pi_k (p_jk - [j = k]).

        Returns:
            The mean loss, a number.
        """
        others = self.weights.shape[1] - 1
        right, wrong = self.weights
        # Probability of one wrong class: exact where they are rare, unlike 1 - p_kk.
        each = 1 / ((right - wrong).exp() + others)
        self.weights.grad = torch.stack([-self.shares * others * each, self.shares * each])
        return (self.shares * self.losses()).sum()

    @torch.no_grad()
    def losses(self) -> Tensor:
        """l_k, [C] in float64: log(1 + (C-1) exp(W_jk - W_kk))."""
        right, wrong = self.weights.double()
        return torch.log1p((self.weights.shape[1] - 1) * (wrong - right).exp())
