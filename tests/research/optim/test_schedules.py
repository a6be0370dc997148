"""Schedules against their formulas."""

import pytest

from research.optim.schedules import factor
from research.settings.schedules import ConstantSettings, LinearWarmupSettings


def test_constant():
    assert [factor(ConstantSettings(), t) for t in (0, 1, 10**6)] == [1, 1, 1]


@pytest.mark.parametrize("start", [0.0, 0.1])
def test_linear_warmup_is_a_line_and_then_flat(start):
    settings = LinearWarmupSettings(steps=10, start=start)
    assert [factor(settings, t) for t in (0, 5, 10, 11)] == pytest.approx(
        [start, start + (1 - start) / 2, 1, 1], abs=1e-15
    )
