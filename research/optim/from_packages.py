"""The optimizers that their authors publish: schedule-free and Prodigy, built from our settings."""

from torch.optim import Optimizer

from research.optim.targets import Target, parameters_of
from research.settings.optimizers.prodigy import ProdigySettings
from research.settings.optimizers.schedule_free import (
    ScheduleFreeAdamWSettings,
    ScheduleFreeSGDSettings,
)


def schedule_free_sgd(settings: ScheduleFreeSGDSettings, target: Target) -> Optimizer:
    """Schedule-free SGD, ready to train: `eval()` puts the average in place, `train()` y."""
    from schedulefree import SGDScheduleFree

    optimizer = SGDScheduleFree(
        parameters_of(target),
        lr=settings.lr,
        momentum=settings.momentum,
        warmup_steps=settings.warmup_steps,
        weight_decay=settings.weight_decay,
    )
    optimizer.train()
    ready: Optimizer = optimizer
    return ready


def schedule_free_adamw(settings: ScheduleFreeAdamWSettings, target: Target) -> Optimizer:
    """Schedule-free AdamW, ready to train: `eval()` puts the average in place, `train()` y."""
    from schedulefree import AdamWScheduleFree

    optimizer = AdamWScheduleFree(
        parameters_of(target),
        lr=settings.lr,
        betas=(settings.momentum, settings.beta2),
        eps=settings.eps,
        warmup_steps=settings.warmup_steps,
        weight_decay=settings.weight_decay,
    )
    optimizer.train()
    ready: Optimizer = optimizer
    return ready


def prodigy(settings: ProdigySettings, target: Target) -> Optimizer:
    """Prodigy with decoupled weight decay."""
    from prodigyopt import Prodigy

    # Given by group, since the constructor prints a line about a weight decay of its own.
    group = {"params": parameters_of(target), "weight_decay": settings.weight_decay}
    optimizer: Optimizer = Prodigy(
        [group],
        lr=settings.lr,
        betas=settings.betas,
        eps=settings.eps,
        d0=settings.d0,
        d_coef=settings.d_coef,
    )
    return optimizer
