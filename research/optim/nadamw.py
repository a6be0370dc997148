"""AlgoPerf's NadamW, and NadamP, which takes another root of the second moment."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from research.optim.rule import Rule, decay


class NadamW(Rule):
    """AdamW whose step looks one gradient ahead.

    m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2; then w -= lr weight_decay w, and
    w -= lr (b1 m + (1-b1) g)/(1-b1^t) / ((v/(1-b2^t))^(1/power) + eps).

    It is not torch's NAdam, whose momentum follows a schedule. NadamP is the same with a power
    other than 2, under which a gradient twice as large no longer gives the same step. Choi et al.
    (2019), arXiv:1910.05446, table 1; the corrections as in AlgoPerf's baseline and its NadamP.

    Args:
        parameters: what is optimized.
        lr: learning rate.
        betas: decay rates of the two moments.
        eps: added to the root.
        weight_decay: decoupled weight decay.
        power: which root of the second moment is taken; 2 for NadamW.
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        power: float = 2.0,
    ) -> None:
        defaults = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": weight_decay}
        super().__init__(parameters, **defaults, power=power)

    def start(self, weights: Tensor) -> dict[str, Any]:
        """No moments."""
        zeros = torch.zeros_like(weights)
        return {"step": 0, "first": zeros, "second": zeros.clone()}

    def update(
        self, weights: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        """One step of one tensor."""
        beta1, beta2 = group["betas"]
        state["step"] += 1
        first = state["first"].lerp_(gradient, 1 - beta1)
        second = state["second"].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        corrected = second / (1 - beta2 ** state["step"])
        root = corrected.sqrt_() if group["power"] == 2 else corrected.pow_(1 / group["power"])
        decay(weights, group)
        rate = group["lr"] / (1 - beta1 ** state["step"])
        weights.addcdiv_(first.lerp(gradient, 1 - beta1), root.add_(group["eps"]), value=-rate)
