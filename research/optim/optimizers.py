"""Optimizers by name: from settings to a torch optimizer."""

from collections.abc import Iterable

import torch
from torch import nn
from torch.optim import Optimizer

from research.settings.optimizers import AdamSettings, AdamWSettings


def build_optimizer(
    settings: AdamSettings | AdamWSettings,
    parameters: Iterable[nn.Parameter],
    capturable: bool = False,
) -> Optimizer:
    """The optimizer that the settings name, over the parameters.

    Args:
        settings: name and values.
        parameters: what is optimized.
        capturable: keep the learning rate and the step counter as tensors on the device, which a
            CUDA graph needs.
    """
    parameters = list(parameters)
    lr = torch.tensor(settings.lr, device=parameters[0].device) if capturable else settings.lr
    kind = torch.optim.AdamW if isinstance(settings, AdamWSettings) else torch.optim.Adam
    optimizer: Optimizer = kind(
        parameters,
        lr=lr,
        betas=settings.betas,
        eps=settings.eps,
        weight_decay=settings.weight_decay,
        capturable=capturable,
        fused=True,
    )
    return optimizer
