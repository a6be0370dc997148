"""Several optimizers as one: each has its own parameters, all share groups and state."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.optim import Optimizer

from research.optim.rule import loss_of


class CompositeOptimizer(Optimizer):
    """Optimizers side by side, which step together.

    To its users it is one optimizer: its groups are all groups, so schedules reach every rate, and
    its state is all state, so a checkpoint holds everything. The parts work on the same objects.

    Args:
        parts: optimizers over disjoint parameters, none stepped yet.

    Raises:
        ValueError: there is no part, or two have a parameter in common.
    """

    def __init__(self, parts: Sequence[Optimizer]) -> None:
        self._parts: list[Optimizer] = []
        super().__init__([group for part in parts for group in part.param_groups], {})
        self._parts = list(parts)
        self._share()

    def add_param_group(self, param_group: dict[str, Any]) -> None:
        """Only the constructor adds groups: it could not be known whose a further one is."""
        if self._parts:
            raise TypeError("a composite optimizer takes no further parameter groups")
        super().add_param_group(param_group)

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """Steps every part; the closure is evaluated once, before them."""
        loss = loss_of(closure)
        for part in self._parts:
            part.step()
        return loss

    def __getstate__(self) -> dict[str, Any]:
        return {**super().__getstate__(), "_parts": self._parts}

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        self._share()

    def _share(self) -> None:
        """Gives the parts our groups and our state, as after a checkpoint was loaded."""
        first = 0
        for part in self._parts:
            last = first + len(part.param_groups)
            part.__setstate__({"state": self.state, "param_groups": self.param_groups[first:last]})
            first = last
