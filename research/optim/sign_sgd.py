"""Sign descent: what is left of Adam when its memory is taken away."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from research.optim.rule import Rule, decay


class SignSGD(Rule):
    """m = momentum m + (1-momentum) g; w -= lr (sign(m) + weight_decay w).

    Without momentum it is signSGD, and Adam with b1 = b2 = eps = 0; with it, Signum. The sign of 0
    is 0: a weight without a gradient stays. Bernstein et al. (2018), arXiv:1802.04434.

    Args:
        parameters: what is optimized.
        lr: learning rate, the distance that every weight moves.
        momentum: decay rate of the averaged gradient.
        weight_decay: decoupled weight decay.
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        lr: float = 1e-3,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr=lr, momentum=momentum, weight_decay=weight_decay)

    def start(self, weights: Tensor) -> dict[str, Any]:
        """No momentum."""
        return {"momentum": torch.zeros_like(weights)}

    def update(
        self, weights: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        """One step of one tensor."""
        averaged = state["momentum"].lerp_(gradient, 1 - group["momentum"])
        decay(weights, group)
        weights.add_(averaged.sign(), alpha=-group["lr"])
