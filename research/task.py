"""The contract that everything rests on: a model, its data and its per-example loss.

From per-example losses follow training (their mean), losses by class or frequency group (a
scatter-add), loss surfaces (sums in float64), curvature (products with the Hessian of the mean) and
gradient noise. A task is plain torch: it reads no trainer state, logs nothing, and does not move
itself to a device.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping

from torch import Tensor, nn

Batch = Mapping[str, Tensor]
"""Examples by column, for example {"left": [n], "right": [n]}; every column has n rows."""


class Task(ABC):
    """A model, its data and its per-example loss.

    Attributes:
        model: the network that `outputs` is called with.
        splits: the data by name; "train" is always there, "validation" where the experiment has
            one.
    """

    model: nn.Module
    splits: dict[str, Batch]

    @abstractmethod
    def outputs(self, model: nn.Module, batch: Batch) -> Tensor:
        """What the model predicts; classes as logits, [n, classes] or [n, tokens, classes]."""

    @abstractmethod
    def losses_of(self, outputs: Tensor, batch: Batch) -> Tensor:
        """One loss per example from what `outputs` returned: [n]."""

    @abstractmethod
    def labels(self, batch: Batch) -> Tensor:
        """One label per example: [n]."""

    def correct(self, outputs: Tensor, batch: Batch) -> Tensor:
        """Which examples are predicted right: [n], bool."""
        return outputs.argmax(dim=-1) == self.labels(batch)

    def losses(self, model: nn.Module, batch: Batch) -> Tensor:
        """One loss per example: [n]. Training minimises its mean."""
        return self.losses_of(self.outputs(model, batch), batch)


def size(batch: Batch) -> int:
    """Number of examples n of a batch."""
    return len(next(iter(batch.values())))
