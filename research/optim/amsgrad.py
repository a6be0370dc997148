"""AMSGrad as the paper and as optax have it; torch's own rule is a third."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from research.optim.rule import Rule


class AMSGrad(Rule):
    """Adam with the largest second moment so far in place of the present one.

    m = b1 m + (1-b1) g and v = b2 v + (1-b2) g^2, then

    - the paper, no bias correction: u = max(u, v), w -= lr m / (sqrt(u) + eps);
    - optax, the maximum over corrected ones: u = max(u, v/(1-b2^t)),
      w -= lr m/(1-b1^t) / (sqrt(u) + eps).

    torch's `amsgrad=True` takes the maximum of v and corrects it with the present t, so what it
    divides by may fall. The paper has no eps: with eps 0 a weight that never had a gradient would
    become 0/0.

    Reddi, Kale and Kumar (2018), arXiv:1904.09237, algorithm 2; optax: `scale_by_amsgrad`.

    Args:
        parameters: what is optimized.
        lr: learning rate.
        betas: decay rates of the two moments.
        eps: added to the root.
        weight_decay: coefficient of the L2 penalty, added to the gradient.
        corrected: whether biases are corrected, as in optax.
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        lr: float,
        betas: tuple[float, float],
        eps: float,
        weight_decay: float,
        corrected: bool,
    ) -> None:
        super().__init__(
            parameters,
            lr=lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            corrected=corrected,
        )

    def start(self, weights: Tensor) -> dict[str, Any]:
        """No gradient seen."""
        moments = ("first", "second", "largest")
        return {"step": 0, **{moment: torch.zeros_like(weights) for moment in moments}}

    def update(
        self, weights: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        """One step of one tensor."""
        state["step"] += 1
        beta1, beta2 = group["betas"]
        if group["weight_decay"]:
            gradient = gradient.add(weights, alpha=group["weight_decay"])
        first, second = state["first"], state["second"]
        first.lerp_(gradient, 1 - beta1)
        second.mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        correction1 = 1 - beta1 ** state["step"] if group["corrected"] else 1.0
        correction2 = 1 - beta2 ** state["step"] if group["corrected"] else 1.0
        torch.maximum(state["largest"], second / correction2, out=state["largest"])
        root = state["largest"].sqrt().add_(group["eps"])
        weights.addcdiv_(first, root, value=-group["lr"] / correction1)
