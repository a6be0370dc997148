"""Sums by class in buffers on the device: what a scatter-add of losses leaves, without waiting.

A vocabulary of 50,257 classes takes 1.2 MB. Sums are float64, for float32 would lose the losses of
frequent tokens after a few million of them; counts are int64. Labels that are ignored, those below
zero, get a slot of their own behind the classes, which nobody reads: so nothing has to be selected
on the device, and no shape depends on data, which would be a wait.
"""

from collections.abc import Mapping

import torch
import torch.distributed as distributed
from torch import Tensor

from research.settings.errors import SettingsError
from research.task import Task, size

ROWS = ("losses", "labels", "right")
"""What `ClassSums.values` holds, in this order."""
_EXAMPLES = 4096  # of text with 1,024 labels each 34 MB


class ClassSums:
    """Losses, labels and right answers of each class, added up.

    Args:
        classes: C.
        device: where losses and labels lie.
    """

    def __init__(self, classes: int, device: torch.device | str) -> None:
        self.classes = classes
        self.losses = torch.zeros(classes + 1, dtype=torch.float64, device=device)
        self.labels = torch.zeros(classes + 1, dtype=torch.int64, device=device)
        self.right = torch.zeros(classes + 1, dtype=torch.int64, device=device)

    def add(self, losses: Tensor, labels: Tensor, correct: Tensor | None = None) -> None:
        """Adds some labels; it does not wait for the device.

        Args:
            losses: [labels].
            labels: classes, whole numbers of any kind, below zero where ignored: [labels].
            correct: which are predicted right: [labels]; None counts none.
        """
        slots = torch.where(labels < 0, self.classes, labels.long())
        self.losses.scatter_add_(0, slots, losses.detach().double())
        self.labels.scatter_add_(0, slots, torch.ones_like(slots))
        if correct is not None:
            self.right.scatter_add_(0, slots, correct.long())

    def values(self) -> Tensor:
        """`ROWS` of all classes, on the device: [3, C], float64, in which counts are exact."""
        rows = (self.losses, self.labels.double(), self.right.double())
        return torch.stack(rows)[:, : self.classes]

    def put(self, values: Tensor) -> None:
        """Takes up what `values` returned, once."""
        self.clear()
        for row, found in zip((self.losses, self.labels, self.right), values, strict=True):
            row[: self.classes] += found.to(row)

    def clear(self) -> None:
        """Starts anew."""
        for row in (self.losses, self.labels, self.right):
            row.zero_()


def over_processes(sums: Mapping[str, ClassSums], world_size: int) -> dict[str, Tensor]:
    """The values of several sums, added up over all processes in one message: [3, C] each.

    Every process must name the same ones, of the same classes.
    """
    if not sums:
        return {}
    values = torch.stack([each.values() for each in sums.values()])
    if world_size > 1:
        distributed.all_reduce(values)
    return dict(zip(sums, values, strict=True))


def number_of_classes(outputs: Tensor, labels: Tensor, task: Task) -> int:
    """C, the last dimension of the outputs.

    Raises:
        SettingsError: the task does not predict classes.
    """
    if labels.is_floating_point() or outputs.ndim < 2:
        found = f"labels of {labels.dtype} and outputs of shape {list(outputs.shape)}"
        raise SettingsError(
            f"{type(task).__name__} has {found}, expected whole labels and a logit for each class"
        )
    return outputs.shape[-1]


def training_counts(task: Task, classes: int) -> Tensor:
    """How often each class is a label of the training set, on the CPU: [C], int64.

    Raises:
        SettingsError: there is a label that the outputs have no class for.
    """
    split = task.splits["train"]
    total = torch.zeros(classes, dtype=torch.int64)
    for start in range(0, size(split), _EXAMPLES):
        part = {name: column[start : start + _EXAMPLES] for name, column in split.items()}
        labels = task.labels(part)
        found = torch.bincount(labels[labels >= 0], minlength=classes).cpu()
        if len(found) > classes:
            raise SettingsError(
                f"the training set has a label {len(found) - 1}, expected less than {classes}, "
                f"the classes of the outputs of {type(task).__name__}"
            )
        total += found
    return total
