"""What our own optimizers have in common: the loop over tensors, and where their state lives.

A rule says how one tensor starts and how it is updated. What it remembers lies in the optimizer's
state as tensors and plain numbers, so that torch saves and restores it exactly.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

Entry = tuple[Tensor, Tensor, dict[str, Any], dict[str, Any]]
"""Weights, their gradient, their state, and the hyperparameters of their group."""


class Rule(Optimizer):
    """An optimizer by its update of one tensor; a rule of all tensors overrides `update_all`.

    Args:
        parameters: what is optimized.
        **hyperparameters: the defaults of every group; "lr" is what schedules change.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], **hyperparameters: Any) -> None:
        super().__init__(parameters, hyperparameters)

    def start(self, weights: Tensor) -> dict[str, Any]:
        """The state of a tensor before its first update."""
        del weights
        return {}

    def update(
        self, weights: Tensor, gradient: Tensor, state: dict[str, Any], group: dict[str, Any]
    ) -> None:
        """Updates one tensor, and its state, in place."""
        del weights, gradient, state, group
        raise TypeError(f"{type(self).__name__} does not say how it updates: define update")

    def update_all(self) -> None:
        """Updates every tensor that has a gradient."""
        for entry in self.entries():
            self.update(*entry)

    def entries(self) -> Iterator[Entry]:
        """Every tensor that has a gradient, with what belongs to it."""
        for group in self.param_groups:
            for weights in group["params"]:
                if weights.grad is not None:
                    state = self.state[weights]
                    if not state:
                        state.update(self.start(weights))
                    yield weights, weights.grad, state, group

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Takes one update; returns the loss of the closure, if there is one."""
        loss = loss_of(closure)
        self.update_all()
        return loss


def loss_of(closure: Callable[[], float] | None) -> float | None:
    """The loss that an optimizer's closure computes, with gradients; None without one."""
    if closure is None:
        return None
    with torch.enable_grad():
        return closure()


def decay(weights: Tensor, group: dict[str, Any]) -> None:
    """Decoupled weight decay: w -= lr * weight_decay * w."""
    if group["weight_decay"]:
        weights.mul_(1 - group["lr"] * group["weight_decay"])
