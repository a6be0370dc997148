"""Lion: the sign of an interpolated momentum, found by a search over programs."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from research.optim.rule import Rule, decay


class Lion(Rule):
    """c = b1 m + (1-b1) g; w -= lr (sign(c) + weight_decay w); m = b2 m + (1-b2) g.

    Every weight moves by lr, whatever its gradient, so lr is three to ten times smaller than
    Adam's. Chen et al. (2023), arXiv:2302.06675.

    Args:
        parameters: what is optimized.
        lr: learning rate.
        betas: decay rates of the momentum in the step, and of the one that is kept.
        weight_decay: decoupled weight decay.
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        lr: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr=lr, betas=betas, weight_decay=weight_decay)

    def start(self, weights: Tensor) -> dict[str, Any]:
        """No momentum."""
        return {"momentum": torch.zeros_like(weights)}

    def update(
        self, weights: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        """One step of one tensor."""
        beta1, beta2 = group["betas"]
        direction = state["momentum"].lerp(gradient, 1 - beta1).sign_()
        decay(weights, group)
        weights.add_(direction, alpha=-group["lr"])
        state["momentum"].lerp_(gradient, 1 - beta2)
