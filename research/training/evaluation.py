"""Evaluation of a task on one split: means and maxima of per-example values, summed in float64."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import torch
import torch.distributed as distributed
from torch import Tensor, nn

from research.task import Batch, Task, size

Statistics = Mapping[str, Tensor]
"""Per-example values by name, each [n]."""


@dataclass
class Measured:
    """What one pass over a split measures: the mean or the maximum of each named value."""

    means: dict[str, Tensor] = field(default_factory=dict)
    maxima: dict[str, Tensor] = field(default_factory=dict)

    def values(self) -> dict[str, float]:
        """All numbers, fetched from the device at once."""
        tensors = {**self.means, **self.maxima}
        if not tensors:
            return {}
        stacked = torch.stack([tensor.double() for tensor in tensors.values()])
        return dict(zip(tensors, stacked.tolist(), strict=True))


Observe = Callable[[Tensor, Tensor, Batch], None]
"""Is shown losses by label, outputs and batch; it may keep sums, and changes nothing."""

Extra = Callable[[Tensor, Batch], tuple[Statistics, Statistics]]
"""From outputs and batch to further values: those to average, and those to maximise."""


@torch.no_grad()
def evaluate(
    task: Task,
    model: nn.Module,
    split: Batch,
    batch_size: int,
    extra: Extra | None = None,
    rank: int = 0,
    world_size: int = 1,
    observe: Observe | None = None,
) -> Measured:
    """Mean loss and accuracy of a split, and what `extra` adds.

    Args:
        task: gives outputs, losses and which examples are right.
        model: the network, already in evaluation mode.
        split: the examples, on the model's device.
        batch_size: examples computed at once; the result does not depend on it but for rounding.
        extra: further per-example values.
        rank: which process this is; each takes every `world_size`-th example, and all get the
            result.
        world_size: how many processes share the work.
        observe: is shown every batch of this process.

    Returns:
        Means and maxima; none of a split without examples.
    """
    n = size(split)
    share = {name: column[rank::world_size] for name, column in split.items()}
    # Of fewer examples than processes one has none: it looks at another's, to have the same sums
    # and maxima to exchange, and adds nothing.
    idle = n > 0 and size(share) == 0
    if idle:
        share = {name: column[:1] for name, column in split.items()}
    sums: dict[str, Tensor] = {}
    maxima: dict[str, Tensor] = {}
    for start in range(0, size(share), batch_size):
        batch = {name: column[start : start + batch_size] for name, column in share.items()}
        outputs = task.outputs(model, batch)
        averaged, largest = extra(outputs, batch) if extra else ({}, {})
        losses = task.losses_by_label(outputs, batch)
        if observe and not idle:
            observe(losses, outputs, batch)
        loss, correct = task.by_example(losses, batch), task.correct(outputs, batch)
        for name, values in {"loss": loss, "accuracy": correct, **averaged}.items():
            total = (values[:0] if idle else values).sum(dtype=torch.float64)
            sums[name] = sums[name] + total if name in sums else total
        for name, values in largest.items():
            top = values.max().double()
            maxima[name] = torch.maximum(maxima[name], top) if name in maxima else top
    if world_size > 1:
        _reduce(sums, maxima)
    return Measured({name: total / n for name, total in sums.items()}, maxima)


def _reduce(sums: dict[str, Tensor], maxima: dict[str, Tensor]) -> None:
    """Adds sums and takes maxima over all processes, in place."""
    for values, operation in ((sums, distributed.ReduceOp.SUM), (maxima, distributed.ReduceOp.MAX)):
        if values:
            stacked = torch.stack(list(values.values()))
            distributed.all_reduce(stacked, op=operation)
            values.update(zip(values, stacked, strict=True))
