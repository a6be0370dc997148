"""The linear bigram model: the next word's distribution, from the word before it alone.

It is softmax regression on one-hot contexts, the simplest language model, and its whole gradient is
exact and cheap: no text is drawn, the distribution itself is trained on. Kunstner and Bach (2025,
arXiv 2505.19227) show that on such a model with Zipf's frequencies gradient descent needs about V
steps for a given relative error and sign descent about the root of it.
"""

import torch
from torch import Generator, Tensor, nn


class LinearBigram:
    """sum_j pi_j KL(p(.|j) || softmax(W_j)), from W = 0: what the loss has above its least value.

    Rows of W are independent problems, whose gradients are in proportion to pi_j.

    Attributes:
        shares: pi, of the contexts, [V].
        targets: p(k|j), rows with sum 1, [V, V].
        weights: W, [V, V].

    Args:
        contexts: pi, with sum 1; its type is that of the weights.
        targets: p.
    """

    def __init__(self, contexts: Tensor, targets: Tensor) -> None:
        self.shares = contexts
        self.targets = targets
        self.weights = nn.Parameter(torch.zeros_like(targets))
        self._joint = contexts.unsqueeze(1) * targets
        # Rows with sum 1 to the last digit of float64, so that no excess loss is below 0.
        self._exact = targets.double() / targets.double().sum(1, keepdim=True)
        self._entropy: Tensor = torch.special.entr(self._exact).sum(1)

    @property
    def parameters(self) -> list[nn.Parameter]:
        """What is trained."""
        return [self.weights]

    @torch.no_grad()
    def set_gradients(self) -> Tensor:
        """Writes the gradient, pi_j (softmax(W_j) - p(.|j)).

        Returns:
            The mean excess loss, a number.
        """
        logarithms = torch.log_softmax(self.weights, dim=1)
        cross_entropy = -torch.dot(self._joint.flatten(), logarithms.flatten())  # no third matrix
        gradient = logarithms.exp_().mul_(self.shares.unsqueeze(1)).sub_(self._joint)
        self.weights.grad = gradient
        return cross_entropy.double() - (self.shares.double() * self._entropy).sum()

    @torch.no_grad()
    def losses(self) -> Tensor:
        """KL(p(.|j) || softmax(W_j)) of each context, [V] in float64."""
        logarithms = torch.log_softmax(self.weights.double(), dim=1)
        return -(self._exact * logarithms).sum(1) - self._entropy

    def weighted(self, weights: Tensor) -> "LinearBigram":
        """The same model, the loss of each pair of words multiplied by a weight.

        sum_jk pi_j p(k|j) w_jk l_jk is again a bigram model, with the frequencies
        pi'_j = sum_k pi_j p(k|j) w_jk and the targets pi_j p(k|j) w_jk / pi'_j, if the weights have
        the mean 1.

        Args:
            weights: w, [V, 1] for weights of contexts, [V] or [V, V].

        Raises:
            ValueError: the mean of the weights is not 1.
        """
        joint = self._joint * weights.to(self._joint)
        if abs(float(joint.sum()) - 1) > 1e-4:
            raise ValueError(f"the mean of the weights is {float(joint.sum()):.4g}, expected 1")
        contexts = joint.sum(1)
        return LinearBigram(contexts, joint / contexts.unsqueeze(1))


def draw_targets(frequencies: Tensor, shared: float, generator: Generator) -> Tensor:
    """Distributions of the next word: p(.|j) = shared pi + (1 - shared) pi permuted, [V, V].

    Each context has a permutation of its own, so that every word follows some contexts often, and
    frequent words are frequent after all of them.

    Args:
        frequencies: pi, [V].
        shared: share of the frequencies that all contexts have in common.
        generator: on the processor, whatever the device.
    """
    size = len(frequencies)
    orders = torch.stack([torch.randperm(size, generator=generator) for _ in range(size)])
    return shared * frequencies + (1 - shared) * frequencies[orders.to(frequencies.device)]
