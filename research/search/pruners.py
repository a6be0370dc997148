"""Pruners by name: which trials are given up before their end."""

from optuna.pruners import (
    BasePruner,
    HyperbandPruner,
    MedianPruner,
    NopPruner,
    SuccessiveHalvingPruner,
)

from research.settings.search import (
    HyperbandPrunerSettings,
    MedianPrunerSettings,
    NoPrunerSettings,
    PrunerSettings,
    SuccessiveHalvingPrunerSettings,
)


def make_pruner(settings: PrunerSettings, max_steps: int) -> BasePruner:
    """Optuna's pruner for settings whose unit is the optimizer step.

    Args:
        settings: which, and how strict.
        max_steps: optimizer steps of a whole trial; Hyperband divides them into rungs.
    """
    match settings:
        case NoPrunerSettings():
            return NopPruner()
        case MedianPrunerSettings():
            return MedianPruner(
                n_startup_trials=settings.startup_trials, n_warmup_steps=settings.warmup_steps
            )
        case SuccessiveHalvingPrunerSettings():
            return SuccessiveHalvingPruner(
                min_resource=settings.least_steps, reduction_factor=settings.reduction
            )
        case HyperbandPrunerSettings():
            return HyperbandPruner(
                min_resource=settings.least_steps,
                max_resource=max_steps,
                reduction_factor=settings.reduction,
            )
