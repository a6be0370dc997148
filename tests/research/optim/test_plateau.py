"""The plateau against torch's ReduceLROnPlateau, metric by metric."""

import itertools
import math
import random

import pytest
import torch
from torch.optim.lr_scheduler import ReduceLROnPlateau

from research.optim.plateau import Plateau
from research.settings.schedules import PlateauSettings

LR = 0.5


def torchs_rates(settings, metrics):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=LR)
    scheduler = ReduceLROnPlateau(
        optimizer,
        mode="min" if settings.better == "lower" else "max",
        factor=settings.gamma,
        patience=settings.patience,
        threshold=settings.threshold,
        threshold_mode="rel" if settings.threshold_mode == "relative" else "abs",
        cooldown=settings.cooldown,
        min_lr=settings.lowest * LR,
        eps=0.0,
    )
    rates = []
    for metric in metrics:
        scheduler.step(metric)
        rates.append(optimizer.param_groups[0]["lr"])
    return rates


def our_rates(settings, metrics):
    plateau, rates = Plateau(), []
    for metric in metrics:
        plateau.observe(settings, metric)
        rates.append(LR * plateau.factor)
    return rates


CASES = list(
    itertools.product(
        ["lower", "higher"], ["relative", "absolute"], [0, 2], [0, 3], [0.0, 0.05], [0.0, 0.2]
    )
)


@pytest.mark.parametrize(
    ("better", "threshold_mode", "patience", "cooldown", "threshold", "lowest"), CASES
)
def test_equal_to_torch(better, threshold_mode, patience, cooldown, threshold, lowest):
    settings = PlateauSettings(
        better=better,
        threshold_mode=threshold_mode,
        patience=patience,
        cooldown=cooldown,
        threshold=threshold,
        lowest=lowest,
        gamma=0.6,
    )
    draw = random.Random(str(settings))
    metrics = [7 * abs(draw.gauss(1, 0.3)) + 20 / (1 + t) for t in range(60)]
    metrics[17] = math.nan
    metrics[40] = math.inf
    ours = our_rates(settings, metrics)
    assert ours == pytest.approx(torchs_rates(settings, metrics), rel=1e-12, abs=0)
    assert ours[-1] < LR, "the metrics never made it fall: nothing was compared"


def test_one_more_than_patience():
    settings = PlateauSettings(patience=2, gamma=0.5)
    assert our_rates(settings, [1, 1, 1, 1, 1, 1, 1]) == [0.5] * 3 + [0.25] * 3 + [0.125]
