"""Torch's L-BFGS, that also stands a learning rate of zero."""

from collections.abc import Callable

import torch
from torch import Tensor


class LBFGS(torch.optim.LBFGS):
    """torch.optim.LBFGS; at lr 0, as at the start of a warmup, it leaves the weights as they are.

    Torch's line search would begin with a step of length 0, and divide by it.
    """

    @torch.no_grad()
    def step(self, closure: Callable[[], float]) -> float | Tensor:  # type: ignore[override]
        """Takes one step; returns the loss before it."""
        if self.param_groups[0]["lr"] == 0:
            with torch.enable_grad():
                return closure()
        loss: float | Tensor = super().step(closure)  # type: ignore[no-untyped-call]
        return loss
