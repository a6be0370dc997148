"""Who is shown what a network made of every batch, so that nothing is computed twice to look at it.

A callback that keeps losses by class registers itself in `TrainingModule.observers` before training
starts. It is called once for every part of a batch that is computed at once, on the device, with
tensors that training no longer needs; it must not wait for the device, nor change anything.
"""

from collections.abc import Sequence
from typing import Protocol

from torch import Tensor

from research.task import Batch
from research.training.evaluation import Observe


class Observer(Protocol):
    """Looks at losses and outputs as they are computed."""

    def trained(self, losses: Tensor, outputs: Tensor, batch: Batch) -> None:
        """Some examples were trained on: losses by label, [labels], before the update."""

    def evaluated(self, split: str, losses: Tensor, outputs: Tensor, batch: Batch) -> None:
        """Some examples of a split were evaluated."""


def observe_all(observers: Sequence[Observe]) -> Observe | None:
    """One function that shows a batch to all of them; None where there is nobody to look."""
    if not observers:
        return None

    def show(losses: Tensor, outputs: Tensor, batch: Batch) -> None:
        for observer in observers:
            observer(losses, outputs, batch)

    return show
