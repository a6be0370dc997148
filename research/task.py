"""The contract that everything rests on: a model, its data and its per-example loss.

From per-example losses follow training (their mean), losses by class or frequency group (a
scatter-add), loss surfaces (sums in float64), curvature (products with the Hessian of the mean) and
gradient noise. A task is plain torch: it reads no trainer state, logs nothing, and does not move
itself to a device.

An example may have several labels: that of a language model is a piece of text with a label, the
next token, at each position. Losses by label are then more than losses by example, which are their
means; in any other task the two are the same.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

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
        """The labels, one per example where it has not several: [labels]."""

    def correct(self, outputs: Tensor, batch: Batch) -> Tensor:
        """Which examples are predicted right, or what share of their labels: [n]."""
        return outputs.argmax(dim=-1) == self.labels(batch)

    def losses_by_label(self, outputs: Tensor, batch: Batch) -> Tensor:
        """One loss for each of `labels`, from what `outputs` returned: [labels]."""
        return self.losses_of(outputs, batch)

    def correct_by_label(self, outputs: Tensor, batch: Batch) -> Tensor:
        """Which of `labels` are predicted right: [labels]."""
        return self.correct(outputs, batch)

    def by_example(self, losses: Tensor, batch: Batch) -> Tensor:
        """What `losses_of` returns, from the losses by label: [labels] -> [n]."""
        del batch
        return losses

    def minimised(self, losses: Tensor, batch: Batch) -> Tensor:
        """What training minimises the mean of, from the losses by label: [labels] -> [n].

        The losses by example, unless labels count differently in training.
        """
        return self.by_example(losses, batch)

    def class_names(self) -> Sequence[str] | None:
        """What each class is called, for tables; None where numbers say it."""
        return None

    def losses(self, model: nn.Module, batch: Batch) -> Tensor:
        """One loss per example: [n]. Training minimises its mean."""
        return self.losses_of(self.outputs(model, batch), batch)


def size(batch: Batch) -> int:
    """Number of examples n of a batch."""
    return len(next(iter(batch.values())))
