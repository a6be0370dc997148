"""Optimizers by name: from settings to a torch optimizer."""

from collections.abc import Iterable

import torch
from torch import nn
from torch.optim import Optimizer

from research.settings.optimizers import AdamSettings, AdamWSettings


def build_optimizer(
    settings: AdamSettings | AdamWSettings, parameters: Iterable[nn.Parameter]
) -> Optimizer:
    """The optimizer that the settings name, over the parameters.

    Args:
        settings: name and values.
        parameters: what is optimized.
    """
    kind = torch.optim.AdamW if isinstance(settings, AdamWSettings) else torch.optim.Adam
    optimizer: Optimizer = kind(
        list(parameters),
        lr=settings.lr,
        betas=settings.betas,
        eps=settings.eps,
        weight_decay=settings.weight_decay,
        fused=True,
    )
    return optimizer
