"""SGD whose weight decay does not pass through the momentum."""

from collections.abc import Callable, Iterable

import torch
from torch import nn

from research.optim.rule import loss_of


class DecoupledSGD(torch.optim.SGD):
    """torch's SGD, with w -= lr * weight_decay * w beside its step: SGDW.

    Both are taken from the weights before the update. Without momentum it is the same as an L2
    penalty. Loshchilov and Hutter (2019), arXiv:1711.05101, algorithm 1.

    Args:
        parameters: what is optimized.
        lr: learning rate.
        momentum: share of the momentum buffer that stays.
        nesterov: whether the step looks one buffer ahead.
        weight_decay: the decay, times the current lr.
    """

    def __init__(
        self,
        parameters: Iterable[nn.Parameter],
        lr: float,
        momentum: float = 0.0,
        nesterov: bool = False,
        weight_decay: float = 0.0,
    ) -> None:
        super().__init__(parameters, lr=lr, momentum=momentum, nesterov=nesterov, fused=True)
        for group in self.param_groups:
            group.setdefault("decoupled_weight_decay", weight_decay)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Decays the weights, then takes SGD's step with the gradient from before."""
        loss = loss_of(closure)
        for group in self.param_groups:
            keep = 1 - group["lr"] * group["decoupled_weight_decay"]
            for parameter in group["params"]:
                if parameter.grad is not None:
                    parameter.mul_(keep)
        super().step()
        return loss
