"""Dropout with masks that are the same at all points of a surface.

A mask that is drawn anew at every point makes a surface of noise. Drawn once, it makes the surface
of the loss that one training step saw.
"""

import torch
from torch import nn
from torch.nn.modules.dropout import _DropoutNd

from research.seeds import derive


def switch_on(model: nn.Module) -> None:
    """Puts layers of dropout, and nothing else, into training mode."""
    for module in model.modules():
        if isinstance(module, _DropoutNd):
            module.train()


def draw_masks(seed: int, batch: int) -> None:
    """Seeds torch's generators, so that the masks of a batch are the same at every call.

    The generators are the caller's to put back; a lent model's are.

    Args:
        seed: draws the masks.
        batch: number of the batch, each of which has masks of its own.
    """
    torch.manual_seed(derive(seed, "masks of dropout", batch))
