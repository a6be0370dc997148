"""One optimizer step: gather the batch, losses, backward, sum over processes, update.

It knows nothing of Lightning, so that a benchmark can time it alone, and it never waits for the
device.
"""

from collections.abc import Callable

import torch
import torch.distributed as distributed
from torch import Tensor, nn
from torch.optim import Optimizer

from research.task import Batch, Task


class TrainStep:
    """Takes one step on the mean loss of a batch, and says how that loss stood before it.

    The gradient is that of the mean over the *whole* batch: each process adds the losses of its own
    examples, divided by the size of the whole batch, and gradients are summed over processes.
    Uneven shares stay exact so.

    Args:
        task: gives the per-example losses.
        model: the network.
        optimizer: updates the model's parameters.
        data: the training set, on the device.
        accuracy: whether the share of examples that were right is returned beside the loss.
        world_size: how many processes share a batch.
    """

    def __init__(
        self,
        task: Task,
        model: nn.Module,
        optimizer: Optimizer,
        data: Batch,
        accuracy: bool = False,
        world_size: int = 1,
    ) -> None:
        self.task = task
        self.model = model
        self.optimizer = optimizer
        self.data = data
        self.accuracy = accuracy
        self.world_size = world_size
        self.parameters = [p for group in optimizer.param_groups for p in group["params"]]

    def __call__(
        self, indices: Tensor, batch_size: int, before_update: Callable[[], None] | None = None
    ) -> Tensor:
        """Takes a step and returns [loss] or [loss, accuracy] before it, on the device.

        Args:
            indices: this process's examples of the batch.
            batch_size: size of the whole batch, over all processes.
            before_update: called when the gradients stand and the update has not been made.
        """
        self.optimizer.zero_grad(set_to_none=True)
        batch = {name: column[indices] for name, column in self.data.items()}
        outputs = self.task.outputs(self.model, batch)
        loss = self.task.losses_of(outputs, batch).sum() / batch_size
        torch.autograd.backward(loss)
        values = [loss.detach()]
        if self.accuracy:
            values.append(self.task.correct(outputs.detach(), batch).sum() / batch_size)
        measured = torch.stack(values)
        if self.world_size > 1:
            measured = self._sum_over_processes(measured)
        if before_update:
            before_update()
        self.optimizer.step()
        return measured

    def _sum_over_processes(self, measured: Tensor) -> Tensor:
        """Sums gradients and what was measured over all processes, in one message."""
        gradients = [p.grad for p in self.parameters if p.grad is not None]
        flat = torch.cat([gradient.flatten() for gradient in gradients] + [measured])
        distributed.all_reduce(flat)
        sizes = [gradient.numel() for gradient in gradients]
        *parts, measured = torch.split(flat, [*sizes, len(measured)])
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view_as(gradient))
        return measured
