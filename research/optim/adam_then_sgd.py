"""Adam first, then SGD with momentum, from a step of our choosing."""

from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor, nn

from research.optim.rule import Rule


class AdamThenSGD(Rule):
    """`switch_at` updates of Adam, then b = momentum b + g; w -= sgd_lr b, from b = 0.

    A schedule multiplies both rates: SGD's is sgd_lr times what it makes of Adam's. The
    question behind it is that of Keskar and Socher (2017), arXiv:1712.07628.

    Args:
        parameters: what is optimized.
        lr: learning rate of Adam.
        sgd_lr: learning rate of SGD.
        switch_at: updates of Adam.
        betas: decay rates of Adam's moments.
        eps: added to the root of the second moment.
        momentum: SGD's momentum.
        weight_decay: coefficient of the L2 penalty, added to the gradient in both phases.
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        lr: float = 1e-3,
        sgd_lr: float = 1e-1,
        switch_at: int = 1000,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        momentum: float = 0.9,
        weight_decay: float = 0.0,
    ) -> None:
        adam = {"betas": betas, "eps": eps}
        sgd = {"ratio": sgd_lr / lr, "momentum": momentum}
        super().__init__(
            parameters, lr=lr, switch_at=switch_at, **adam, **sgd, weight_decay=weight_decay
        )

    @property
    def switched_at(self) -> int | None:
        """The number of updates that Adam made, once it is over; else None."""
        group = self.param_groups[0]
        steps = max((state["step"] for state in self.state.values()), default=0)
        return int(group["switch_at"]) if steps >= group["switch_at"] else None

    @property
    def switch_lr(self) -> float | None:
        """The rate that SGD has now, once Adam is over; else None."""
        group = self.param_groups[0]
        return None if self.switched_at is None else float(group["lr"] * group["ratio"])

    def start(self, weights: Tensor) -> dict[str, Any]:
        """No moments."""
        zeros = torch.zeros_like(weights)
        return {"step": 0, "first": zeros, "second": zeros.clone()}

    def update(
        self, weights: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        """One step of one tensor, by the rule of the present phase."""
        if group["weight_decay"]:
            gradient = gradient.add(weights, alpha=group["weight_decay"])
        state["step"] += 1
        if state["step"] <= group["switch_at"]:
            self._adam(weights, gradient, state, group)
        else:
            self._sgd(weights, gradient, state, group)

    def _adam(
        self, weights: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        beta1, beta2 = group["betas"]
        first = state["first"].lerp_(gradient, 1 - beta1)
        second = state["second"].mul_(beta2).addcmul_(gradient, gradient, value=1 - beta2)
        root = (second / (1 - beta2 ** state["step"])).sqrt_().add_(group["eps"])
        weights.addcdiv_(first, root, value=-group["lr"] / (1 - beta1 ** state["step"]))

    def _sgd(
        self, weights: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        if "buffer" not in state:
            state["buffer"] = torch.zeros_like(weights)
            del state["first"], state["second"]
        buffer = state["buffer"].mul_(group["momentum"]).add_(gradient)
        weights.add_(buffer, alpha=-group["lr"] * group["ratio"])
