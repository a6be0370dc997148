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
    """Takes one step on the mean loss of a batch.

    The gradient is that of the mean over the *whole* batch: each process adds the losses of its own
    examples, divided by the size of the whole batch, and gradients are summed over processes.
    Uneven shares stay exact so.

    Args:
        task: gives the per-example losses.
        model: the network.
        optimizer: updates the model's parameters.
        data: the training set, on the device.
        world_size: how many processes share a batch.
    """

    def __init__(
        self, task: Task, model: nn.Module, optimizer: Optimizer, data: Batch, world_size: int = 1
    ) -> None:
        self.task = task
        self.model = model
        self.optimizer = optimizer
        self.data = data
        self.world_size = world_size
        self.parameters = [p for group in optimizer.param_groups for p in group["params"]]

    def __call__(
        self, indices: Tensor, batch_size: int, before_update: Callable[[], None] | None = None
    ) -> Tensor:
        """Takes a step and returns the loss before it, a scalar on the device.

        Args:
            indices: this process's examples of the batch.
            batch_size: size of the whole batch, over all processes.
            before_update: called when the gradients stand and the update has not been made.
        """
        self.optimizer.zero_grad(set_to_none=True)
        loss = self.loss(indices, batch_size)
        loss.backward()  # type: ignore[no-untyped-call]  # torch leaves it untyped
        loss = loss.detach()
        if self.world_size > 1:
            loss = self._sum_over_processes(loss)
        if before_update:
            before_update()
        self.optimizer.step()
        return loss

    def loss(self, indices: Tensor, batch_size: int) -> Tensor:
        """This process's part of the mean loss."""
        batch = {name: column[indices] for name, column in self.data.items()}
        return self.task.losses(self.model, batch).sum() / batch_size

    def _sum_over_processes(self, loss: Tensor) -> Tensor:
        """Sums gradients and loss over all processes, in one message."""
        gradients = [p.grad for p in self.parameters if p.grad is not None]
        flat = torch.cat([gradient.flatten() for gradient in gradients] + [loss.reshape(1)])
        distributed.all_reduce(flat)
        parts = torch.split(flat[:-1], [gradient.numel() for gradient in gradients])
        for gradient, part in zip(gradients, parts, strict=True):
            gradient.copy_(part.view_as(gradient))
        return flat[-1]
