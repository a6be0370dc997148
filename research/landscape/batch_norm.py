"""Batch norm at a point that training never saw: its running statistics measured there anew.

Running means and variances belong to the weights they were averaged under. Away from them a network
is worse than its weights are, most of all between two minima (Li et al. 2018; Izmailov et al. 2018,
arXiv:1803.05407, section 3). They can be left `frozen`, moved along as part of the direction, or
estimated at every point, which is what this file does.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn
from torch.nn.modules.batchnorm import _BatchNorm

from research.landscape.objective import Objective
from research.task import size


def norms_with_statistics(model: nn.Module) -> list[_BatchNorm]:
    """The layers that keep running statistics."""
    layers = [module for module in model.modules() if isinstance(module, _BatchNorm)]
    return [layer for layer in layers if layer.running_mean is not None]


def statistics_names(model: nn.Module) -> set[str]:
    """Names of the buffers that running means and variances are kept in."""
    return {
        f"{name}.{buffer}".lstrip(".")
        for name, module in model.named_modules()
        if isinstance(module, _BatchNorm) and module.running_mean is not None
        for buffer in ("running_mean", "running_var")
    }


@torch.no_grad()
def estimate_statistics(objective: Objective) -> None:
    """Replaces all running statistics by averages over the batches of an objective's examples.

    Batches come in order and count alike; a shorter last one is left out, unless it is all there
    is. So the outcome depends on weights and examples alone. Only batch norm is in training mode.

    Args:
        objective: its model is shown its examples; the model is in evaluation mode.
    """
    with _averaging(norms_with_statistics(objective.model)):
        for number, batch in enumerate(objective.batches()):
            if number == 0 or size(batch) == objective.batch_size:
                objective.measures(objective.model, batch)


@contextmanager
def _averaging(layers: list[_BatchNorm]) -> Iterator[None]:
    """Has layers average the statistics of what they are shown, from nothing."""
    momenta = [layer.momentum for layer in layers]
    try:
        for layer in layers:
            layer.reset_running_stats()
            layer.momentum = None  # the plain average of all batches
            layer.train()
        yield
    finally:
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.momentum = momentum
            layer.eval()
