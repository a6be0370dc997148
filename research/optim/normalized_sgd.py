"""Normalised gradient descent: the direction of the gradient, a length of our choosing."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from research.optim.rule import Rule, decay


class NormalizedSGD(Rule):
    """m = momentum m + (1-momentum) g; w -= lr (m / max(|m|, eps) + weight_decay w).

    The norm is taken over all parameters together, so that the step is a vector of length lr.
    Hazan, Levy and Shalev-Shwartz (2015), arXiv:1507.02030; with momentum: Cutkosky
    and Mehta (2020), arXiv:2002.03305.

    Args:
        parameters: what is optimized.
        lr: learning rate, the length of the step.
        momentum: decay rate of the averaged gradient.
        weight_decay: decoupled weight decay.
        eps: least norm that is divided by, so that no gradient means no step.
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        lr: float = 1e-2,
        momentum: float = 0.0,
        weight_decay: float = 0.0,
        eps: float = 1e-12,
    ) -> None:
        super().__init__(parameters, lr=lr, momentum=momentum, weight_decay=weight_decay, eps=eps)

    def start(self, weights: Tensor) -> dict[str, Any]:
        """No momentum."""
        return {"momentum": torch.zeros_like(weights)}

    def update_all(self) -> None:
        """One step of all tensors as one vector."""
        entries = list(self.entries())
        averaged = [
            state["momentum"].lerp_(gradient, 1 - group["momentum"])
            for _, gradient, state, group in entries
        ]
        if not averaged:
            return
        norm = torch.linalg.vector_norm(torch.stack([each.norm() for each in averaged]))
        for (weights, _, _, group), each in zip(entries, averaged, strict=True):
            decay(weights, group)
            weights.sub_(each * (group["lr"] / norm.clamp(min=group["eps"])))
