"""Batch norm's statistics measured anew, for the weights as they stand.

In training, a layer normalises by the mean and variance of the batch; for evaluation it keeps a
running average of them, over the last ten steps or so. Where weights move fast that average belongs
to weights that are gone, and the evaluated network is worse than the trained one.
"""

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from research.task import Batch, Task, size


@torch.no_grad()
def measure_statistics(task: Task, model: nn.Module, split: Batch, batch_size: int) -> None:
    """Replaces all running means and variances by averages over the batches of a split.

    Batches are of equal size; the rest of the split is left out, unless it is all there is. Nothing
    else in the model changes, and nothing that training computes depends on it.

    Args:
        task: gives the outputs.
        model: the network, in evaluation mode: what it is shown is not augmented.
        split: the examples, on the model's device.
        batch_size: examples of one batch.
    """
    norms = [module for module in model.modules() if isinstance(module, _BatchNorm)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain average of all batches
        norm.train()
    whole = min(batch_size, size(split))
    for end in range(whole, size(split) + 1, whole):
        task.outputs(model, {name: column[end - whole : end] for name, column in split.items()})
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
        norm.eval()
