"""Torch's own scheduler for each schedule of ours, to hold the closed forms against.

Nothing is trained with them: most of torch's schedulers compute a rate from the last one, so their
rounding errors add up, and a resumed run depends on how often they were stepped. They share no code
with the closed forms, which makes them a twin to compare with.
"""

import warnings
from collections.abc import Callable
from functools import partial

import torch
from torch.optim import Optimizer
from torch.optim import lr_scheduler as torch_has
from torch.optim.lr_scheduler import LRScheduler

from research.settings.schedules import (
    ClosedFormSettings,
    ConstantSettings,
    CosineSettings,
    CyclicalSettings,
    ExponentialSettings,
    LinearWarmupSettings,
    MultiStepSettings,
    OneCycleSettings,
    PolynomialSettings,
    StepSettings,
    TrapezoidSettings,
    WarmRestartsSettings,
)


def rates_of_torch(settings: ClosedFormSettings, lr: float, total: int) -> list[float] | None:
    """The learning rates of updates 0 ... total - 1 as torch's schedulers give them.

    A warmup and what follows it, and the parts of a trapezoid, are schedulers of their own, one
    after the other.

    Args:
        settings: the schedule.
        lr: the optimizer's learning rate.
        total: updates of the run.

    Returns:
        None if torch has no scheduler for the schedule, or not for these values: inverse_time,
        inverse_sqrt, strongly_convex and formula (LambdaLR would take our own function), plateau
        (needs a metric), a trapezoid that is not linear, an exponential with `every` above 1, a
        polynomial with a lowest rate, a cosine or cycle that ends before the run (torch's rises
        again, or stops), and a warmup from 0, which torch refuses.
    """
    match settings:
        case LinearWarmupSettings(steps=steps, start=start, then=then):
            first = _line(lr, start, 1, min(steps, total)) if steps <= total else None
            rest = rates_of_torch(then, lr, max(total - steps, 1))
            return None if first is None or rest is None else [*first, *rest][:total]
        case TrapezoidSettings(shape="linear"):
            return _trapezoid(settings, lr, total)
    make = _scheduler(settings, lr, total)
    return None if make is None else _rates(make, lr, total)


def _rates(make: Callable[[Optimizer], LRScheduler], lr: float, total: int) -> list[float]:
    """The rates that a scheduler sets; it has set that of update 0 when it is made."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=lr)
    scheduler = make(optimizer)
    rates = [float(optimizer.param_groups[0]["lr"])]
    with warnings.catch_warnings():
        # Torch says, of every scheduler stepped here, that the optimizer never was.
        warnings.filterwarnings("ignore", message="Detected call of `lr_scheduler.step")
        while len(rates) < total:
            scheduler.step()
            rates.append(float(optimizer.param_groups[0]["lr"]))
    return rates


def _scheduler(
    settings: ClosedFormSettings, lr: float, total: int
) -> Callable[[Optimizer], LRScheduler] | None:
    """What makes torch's scheduler; None where it has none."""
    match settings:
        case ConstantSettings():
            return partial(torch_has.ConstantLR, factor=1.0)
        case StepSettings(every=every, gamma=gamma):
            return partial(torch_has.StepLR, step_size=every, gamma=gamma)
        case MultiStepSettings(milestones=milestones, gamma=gamma):
            return partial(torch_has.MultiStepLR, milestones=milestones, gamma=gamma)
        case ExponentialSettings(gamma=gamma, every=1):
            return partial(torch_has.ExponentialLR, gamma=gamma)
        case PolynomialSettings(steps=steps, power=power, lowest=0):
            return partial(torch_has.PolynomialLR, total_iters=steps or total, power=power)
        case CosineSettings(steps=steps, lowest=low) if (steps or total) >= total - 1:
            return partial(torch_has.CosineAnnealingLR, T_max=steps or total, eta_min=low * lr)
        case WarmRestartsSettings(period=period, multiply=multiply, lowest=low):
            restarts = torch_has.CosineAnnealingWarmRestarts
            return partial(restarts, T_0=period, T_mult=multiply, eta_min=low * lr)
        case CyclicalSettings():
            return partial(
                torch_has.CyclicLR,
                base_lr=settings.lowest * lr,
                max_lr=lr,
                step_size_up=settings.steps_up,
                step_size_down=settings.steps_down,
                mode=settings.mode,
                cycle_momentum=False,
            )
        case OneCycleSettings(steps=steps) if (steps or total) >= total:
            return partial(
                torch_has.OneCycleLR,
                max_lr=lr,
                total_steps=steps or total,
                pct_start=settings.rise,
                anneal_strategy="cos" if settings.shape == "cosine" else "linear",
                cycle_momentum=False,
                div_factor=settings.initial_divisor,
                final_div_factor=settings.final_divisor,
            )
    return None


def _line(lr: float, start: float, end: float, steps: int) -> list[float] | None:
    """The rates of `steps` updates from start * lr towards end * lr."""
    if start == 0:
        return None
    make = partial(torch_has.LinearLR, start_factor=start, end_factor=end, total_iters=steps)
    return _rates(make, lr, steps)


def _trapezoid(settings: TrapezoidSettings, lr: float, total: int) -> list[float] | None:
    """Three pieces in turn, if the last begins at a whole update."""
    steps = settings.steps or total
    flat_until = round((1 - settings.decay) * steps)
    if abs((1 - settings.decay) * steps - flat_until) > 1e-9 or steps < total:
        return None
    up = _line(lr, settings.start, 1, settings.warmup) if settings.warmup else []
    flat = [lr] * (flat_until - settings.warmup)
    down = _line(lr, 1, settings.lowest, steps - flat_until)
    return None if up is None or down is None else [*up, *flat, *down][:total]
