"""One optimizer step: gather the batch, losses, backward, sum over processes, update.

It knows nothing of Lightning, so that a benchmark can time it alone, and it never waits for the
device, unless the optimizer does.
"""

from collections.abc import Callable, Iterator

import torch
import torch.distributed as distributed
from torch import Tensor, nn
from torch.optim import Optimizer

from research.optim.optimizers import needs_closure
from research.task import Batch, Task, size
from research.training.evaluation import Observe


class TrainStep:
    """Takes one step on the mean loss of a batch, and says how that loss stood before it.

    The gradient is that of the mean over the *whole* batch: each process adds the losses of its own
    examples, divided by the size of the whole batch, and gradients are summed over processes.
    Uneven shares stay exact so.

    An optimizer that looks at the loss in several places within one step is given a closure. It
    computes loss and gradients of the same batch, and starts from the same random state each time,
    so that it is one function of the weights: dropout drops the same units in all of them.

    Args:
        task: gives the per-example losses.
        model: the network.
        optimizer: updates the model's parameters.
        data: the training set, on the device.
        accuracy: whether the share of examples that were right is returned beside the loss.
        world_size: how many processes share a batch.
        micro_batch: examples of a process that are computed at once, the gradients of such parts
            of a batch being added up; None means all of them.
        observe: is shown losses by label, outputs and examples of every part, once a step.
    """

    def __init__(
        self,
        task: Task,
        model: nn.Module,
        optimizer: Optimizer,
        data: Batch,
        accuracy: bool = False,
        world_size: int = 1,
        micro_batch: int | None = None,
        observe: Observe | None = None,
    ) -> None:
        self.task = task
        self.model = model
        self.optimizer = optimizer
        self.data = data
        self.accuracy = accuracy
        self.world_size = world_size
        self.micro_batch = micro_batch
        self.observe = observe
        self.parameters = [p for group in optimizer.param_groups for p in group["params"]]
        self.needs_closure = needs_closure(optimizer)

    def __call__(
        self, indices: Tensor, batch_size: int, before_update: Callable[[], None] | None = None
    ) -> Tensor:
        """Takes a step and returns [loss] or [loss, accuracy] before it, on the device.

        Args:
            indices: this process's examples of the batch.
            batch_size: size of the whole batch, over all processes.
            before_update: called when the gradients stand and the update has not been made.
        """
        batch = {name: column[indices] for name, column in self.data.items()}
        random_state = _random_state(indices.device) if self.needs_closure else None
        measured = self._evaluate(batch, batch_size, self.observe)
        if before_update:
            before_update()
        if random_state is None:
            self.optimizer.step()
        else:
            self._step_with_closure(batch, batch_size, measured[0], random_state)
        return measured

    def _evaluate(self, batch: Batch, batch_size: int, observe: Observe | None = None) -> Tensor:
        """Computes the gradients; returns [loss] or [loss, accuracy] of the whole batch."""
        self.optimizer.zero_grad(set_to_none=True)
        parts = [self._add_gradient(part, batch_size, observe) for part in self._parts(batch)]
        measured = parts[0] if len(parts) == 1 else torch.stack(parts).sum(dim=0)
        return self._sum_over_processes(measured) if self.world_size > 1 else measured

    def _parts(self, batch: Batch) -> Iterator[Batch]:
        """The batch, as much at a time as is computed at once."""
        n, most = size(batch), self.micro_batch
        if most is None or most >= n:
            yield batch
            return
        for start in range(0, n, most):
            yield {name: column[start : start + most] for name, column in batch.items()}

    def _add_gradient(self, part: Batch, batch_size: int, observe: Observe | None) -> Tensor:
        """Adds a part's share to the gradients and returns that of [loss] or [loss, accuracy]."""
        outputs = self.task.outputs(self.model, part)
        losses = self.task.losses_by_label(outputs, part)
        loss = self.task.minimised(losses, part).sum() / batch_size
        torch.autograd.backward(loss)
        values = [loss.detach()]
        if self.accuracy:
            values.append(self.task.correct(outputs.detach(), part).sum() / batch_size)
        if observe:
            observe(losses.detach(), outputs.detach(), part)
        return torch.stack(values)

    def _step_with_closure(
        self, batch: Batch, batch_size: int, loss: Tensor, random_state: Tensor
    ) -> None:
        """Updates with an optimizer that asks for losses; the first it asks for is at hand."""
        at_hand = [loss]

        def closure() -> float:
            if at_hand:
                return float(at_hand.pop())
            _set_random_state(random_state, loss.device)
            return float(self._evaluate(batch, batch_size)[0])

        self.optimizer.step(closure)

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


def _random_state(device: torch.device) -> Tensor:
    """The state of the generator that dropout draws from on a device."""
    return torch.cuda.get_rng_state(device) if device.type == "cuda" else torch.get_rng_state()


def _set_random_state(state: Tensor, device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.set_rng_state(state, device)
    else:
        torch.set_rng_state(state)
