"""What a surface is the surface of: a model, its per-example measures, and fixed examples.

Whatever is computed about a model (surfaces, curvature, paths) starts from an objective, so that
all of it is about the same examples, and any `nn.Module` with a per-example loss will do:

    def measures(model, batch):
        return {"loss": cross_entropy(model(batch["x"]), batch["y"], reduction="none")}

    objective = Objective(model, {"x": x, "y": y}, measures)
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from research.seeds import derive
from research.task import Batch, Task, size

Measures = Callable[[nn.Module, Batch], Mapping[str, Tensor]]
"""By name, one number per example, [n]: "loss" always, for example "accuracy" beside it."""


@dataclass(frozen=True)
class Objective:
    """The mean of a per-example loss over fixed examples, as a function of a model's weights.

    Attributes:
        model: the network; what is computed leaves it as it was.
        examples: the examples, on the model's device.
        measures: the per-example measures.
        batch_size: examples of one forward pass.
    """

    model: nn.Module
    examples: Batch
    measures: Measures
    batch_size: int = 128

    @property
    def count(self) -> int:
        """Number of examples n."""
        return size(self.examples)

    def batches(self) -> Iterator[Batch]:
        """The examples in order, `batch_size` at a time."""
        for start in range(0, self.count, self.batch_size):
            end = start + self.batch_size
            yield {name: column[start:end] for name, column in self.examples.items()}

    def fingerprint(self) -> str:
        """The first 16 hexadecimal digits of SHA-256 over the examples: which ones they are."""
        digest = hashlib.sha256()
        for name in sorted(self.examples):
            values = self.examples[name].detach().cpu().contiguous()
            digest.update(f"{name} {values.dtype} {tuple(values.shape)}".encode())
            digest.update(values.numpy().tobytes())
        return digest.hexdigest()[:16]


def task_objective(
    task: Task,
    split: Batch,
    examples: int | None = None,
    batch_size: int = 128,
    seed: int = 0,
    model: nn.Module | None = None,
) -> Objective:
    """The objective of a task: loss and accuracy over a split, or over a random part of it.

    Args:
        task: the task.
        split: the examples, on the model's device.
        examples: how many of them; None means all. The same seed draws the same ones.
        batch_size: examples of one forward pass.
        seed: draws the part.
        model: another network than the task's own.
    """
    if examples is not None and examples < size(split):
        generator = torch.Generator().manual_seed(derive(seed, "surface's examples"))
        chosen = torch.randperm(size(split), generator=generator)[:examples]
        split = {name: column[chosen.to(column.device)] for name, column in split.items()}

    def measures(model: nn.Module, batch: Batch) -> dict[str, Tensor]:
        outputs = task.outputs(model, batch)
        losses = task.losses_of(outputs, batch)
        return {"loss": losses, "accuracy": task.correct(outputs, batch)}

    return Objective(task.model if model is None else model, split, measures, batch_size)
