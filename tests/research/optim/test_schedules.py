"""Schedules: against torch's own over their whole length, against closed forms, and their ends."""

import math

import pytest
import torch
from pydantic import TypeAdapter, ValidationError
from torch.optim.lr_scheduler import CosineAnnealingLR, LambdaLR, LinearLR, SequentialLR

from research.optim.schedules import ScheduleError, factor, range_test_rate
from research.optim.torch_schedules import rates_of_torch
from research.settings.schedules import (
    ConstantSettings,
    CosineSettings,
    CyclicalSettings,
    ExponentialSettings,
    FormulaSettings,
    InverseSqrtSettings,
    InverseTimeSettings,
    LinearWarmupSettings,
    MultiStepSettings,
    OneCycleSettings,
    PlateauSettings,
    PolynomialSettings,
    RangeTestSettings,
    ScheduleSettings,
    StepSettings,
    StronglyConvexSettings,
    TrapezoidSettings,
    WarmRestartsSettings,
)
from research.settings.structure import Value

LR, TOTAL = 0.3, 600

WITH_TWIN = [
    ConstantSettings(),
    StepSettings(every=50, gamma=0.5),
    StepSettings(every=7, gamma=1.1),
    MultiStepSettings(milestones=[10, 11, 300], gamma=0.2),
    ExponentialSettings(gamma=0.99),
    ExponentialSettings(gamma=1.01),
    PolynomialSettings(power=0.9),
    PolynomialSettings(steps=100, power=2.0),
    CosineSettings(),
    CosineSettings(lowest=0.1, steps=1000),
    WarmRestartsSettings(period=30, multiply=2, lowest=0.01),
    WarmRestartsSettings(period=50, multiply=1),
    CyclicalSettings(steps_up=40),
    CyclicalSettings(steps_up=40, steps_down=90, lowest=0.0, mode="triangular2"),
    OneCycleSettings(),
    OneCycleSettings(steps=700, rise=0.45, initial_divisor=10.0, shape="linear"),
    TrapezoidSettings(warmup=30, start=0.1, lowest=0.05),
    TrapezoidSettings(decay=0.5),
    LinearWarmupSettings(steps=20, start=0.1),
    LinearWarmupSettings(steps=20, start=0.1, then=CosineSettings()),
    LinearWarmupSettings(steps=20, start=0.1, then=OneCycleSettings()),
    LinearWarmupSettings(steps=20, start=0.1, then=WarmRestartsSettings(period=30)),
]
WITHOUT_TWIN = [
    InverseTimeSettings(decay=0.1, steps_per_epoch=7),
    InverseSqrtSettings(),
    StronglyConvexSettings(mu=2.0),
    FormulaSettings(expression="0.5 * (1 + cos(pi * t / T))"),
    TrapezoidSettings(shape="1-sqrt"),
    TrapezoidSettings(shape="cosine", decay=1.0),
    ExponentialSettings(gamma=0.5, every=100),
    PlateauSettings(),
]
EVERY = [*WITH_TWIN, *WITHOUT_TWIN, LinearWarmupSettings(then=PlateauSettings())]


def rates(settings, total=TOTAL, until=None):
    return [LR * factor(settings, t, total) for t in range(until or total)]


def largest_difference(ours, theirs):
    return max(abs(a - b) for a, b in zip(ours, theirs, strict=True))


def names(members):
    return {settings.name for settings in members}


def test_every_schedule_is_tested_here():
    known = set(Value(ScheduleSettings).named())
    assert names(EVERY) | {"range_test"} == known


@pytest.mark.parametrize("settings", WITH_TWIN, ids=str)
def test_equal_to_torch_over_the_whole_length(settings):
    theirs = rates_of_torch(settings, LR, TOTAL)
    assert len(theirs) == TOTAL
    assert largest_difference(rates(settings), theirs) < 1e-12


@pytest.mark.parametrize("settings", WITHOUT_TWIN, ids=str)
def test_torch_has_no_twin_of_the_others(settings):
    assert rates_of_torch(settings, LR, TOTAL) is None


def stepped(scheduler, optimizer):
    """Rates of a scheduler that is stepped as anybody does it."""
    found = []
    for _ in range(TOTAL):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step()
    return found


def sgd():
    return torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=LR)


def test_a_warmup_before_a_cosine_equals_torch_s_sequential_scheduler():
    optimizer = sgd()
    parts = [LinearLR(optimizer, 0.1, 1, 20), CosineAnnealingLR(optimizer, TOTAL - 20, 0.01 * LR)]
    theirs = stepped(SequentialLR(optimizer, parts, [20]), optimizer)
    settings = LinearWarmupSettings(steps=20, start=0.1, then=CosineSettings(lowest=0.01))
    assert largest_difference(rates(settings), theirs) < 1e-12


@pytest.mark.parametrize(
    ("settings", "rule"),
    [
        (InverseTimeSettings(decay=0.1, steps_per_epoch=7), lambda t: 1 / (1 + 0.1 * (t // 7))),
        (InverseSqrtSettings(), lambda t: (t + 1) ** -0.5),
        (StronglyConvexSettings(mu=2.0), lambda t: (2 * t + 1) / (2 * 2.0 * (t + 1) * (t + 1))),
        (ExponentialSettings(gamma=0.5, every=100), lambda t: math.exp(-t / 100 * math.log(2))),
        (
            FormulaSettings(expression="max(0.1, 1 - t/T) if t >= 20 else t / 20"),
            lambda t: t / 20 if t < 20 else max(0.1, 1 - t / TOTAL),
        ),
        (
            TrapezoidSettings(warmup=60, shape="1-sqrt", decay=0.5, lowest=0.1),
            lambda t: (
                t / 60 if t < 60 else 0.1 + 0.9 * (1 - math.sqrt((t - 300) / 300)) if t > 300 else 1
            ),
        ),
        (
            TrapezoidSettings(shape="cosine", decay=0.25),
            lambda t: 1 if t < 450 else math.cos(math.pi / 2 * (t - 450) / 150) ** 2,
        ),
        (
            PolynomialSettings(steps=100, lowest=0.2, power=3.0),
            lambda t: 0.2 + 0.8 * (max(100 - t, 0) / 100) ** 3,
        ),
    ],
    ids=lambda value: value.name if hasattr(value, "name") else "",
)
def test_equal_to_torch_s_lambda_of_the_printed_formula(settings, rule):
    optimizer = sgd()
    theirs = stepped(LambdaLR(optimizer, rule), optimizer)
    assert largest_difference(rates(settings), theirs) < 1e-12


@pytest.mark.parametrize("settings", EVERY, ids=str)
def test_never_negative_and_finite_far_beyond_the_end(settings):
    beyond = rates(settings, until=3 * TOTAL)
    assert all(0 <= rate < math.inf for rate in beyond)


def at(settings, *steps, total=100):
    return [factor(settings, t, total) for t in steps]


def test_the_cosine_does_not_rise_again():
    """Torch's does: at t = 30 of T = 20 it is half-way up."""
    assert at(CosineSettings(steps=20, lowest=0.1), 0, 20, 30, 40) == [1, 0.1, 0.1, 0.1]
    optimizer = sgd()
    assert stepped(CosineAnnealingLR(optimizer, 20), optimizer)[30] == pytest.approx(LR / 2)


def test_a_length_that_is_null_is_the_run_s():
    for settings in (CosineSettings(), PolynomialSettings(), TrapezoidSettings(decay=1.0)):
        assert at(settings, 0, 100, total=100) == [1, 0]
        assert factor(settings, 50, 100) == pytest.approx(0.5)
    assert at(LinearWarmupSettings(steps=20, then=CosineSettings()), 20, 100) == [1, 0]
    assert factor(LinearWarmupSettings(steps=20, then=CosineSettings()), 60, 100) == 0.5


def test_linear_warmup_is_a_line_and_then_flat():
    assert at(LinearWarmupSettings(steps=10, start=0.1), 0, 5, 10, 11) == pytest.approx(
        [0.1, 0.55, 1, 1], abs=1e-15
    )
    assert at(LinearWarmupSettings(steps=4), 0, 1, 2, 3, 4, 5) == [0, 0.25, 0.5, 0.75, 1, 1]


def test_a_milestone_changes_the_very_update_it_names():
    assert at(MultiStepSettings(milestones=[3, 5], gamma=0.5), 2, 3, 4, 5) == [1, 0.5, 0.5, 0.25]
    assert at(StepSettings(every=3, gamma=0.5), 2, 3, 5, 6) == [1, 0.5, 0.5, 0.25]


def test_triangles_touch_both_ends_and_halve():
    settings = CyclicalSettings(steps_up=2, steps_down=4, lowest=0.2)
    assert at(settings, 0, 2, 4, 6, 8) == pytest.approx([0.2, 1, 0.6, 0.2, 1])
    halving = CyclicalSettings(steps_up=2, steps_down=4, lowest=0.2, mode="triangular2")
    assert at(halving, 2, 6, 8, 14) == pytest.approx([1, 0.2, 0.6, 0.4])


def test_periods_grow_between_warm_restarts():
    settings = WarmRestartsSettings(period=2, multiply=3)
    tops = [t for t in range(100) if factor(settings, t) == 1]
    assert tops == [0, 2, 8, 26, 80]
    assert factor(WarmRestartsSettings(period=2, multiply=1), 10**9) == 1


def test_one_cycle_holds_its_last_rate():
    settings = OneCycleSettings(initial_divisor=10.0, final_divisor=100.0)
    assert at(settings, 0, 29, 99, 100, 500) == pytest.approx([0.1, 1, 1e-3, 1e-3, 1e-3])
    assert at(settings, 0, total=1) == [1]


def test_no_length_is_one_line():
    with pytest.raises(ScheduleError, match="cosine has steps null and the run no end"):
        factor(CosineSettings(), 3)
    with pytest.raises(ScheduleError, match="asks for T, and the run has no end"):
        factor(FormulaSettings(expression="t/T"), 3)


@pytest.mark.parametrize(
    ("settings", "step", "words"),
    [
        (FormulaSettings(expression="1 - t/10"), 11, "factor -0.1 at update 11"),
        (FormulaSettings(expression="1/(t-5)"), 5, "has no value at t = 5"),
        (FormulaSettings(expression="(t-5)**0.5"), 0, "fractional power of a negative number"),
        (FormulaSettings(expression="exp(t) - exp(t)*exp(t)"), 400, "math range error|factor"),
        (ExponentialSettings(gamma=2.0), 5000, "exponential at update 5000"),
        (TrapezoidSettings(warmup=90), 0, "warmup 90, expected at most 80"),
    ],
)
def test_a_rate_that_no_optimizer_can_use_is_one_line(settings, step, words):
    with pytest.raises(ScheduleError, match=words) as error:
        factor(settings, step, 100)
    assert "\n" not in str(error.value)


def test_the_range_test_grows_by_equal_factors_or_differences():
    settings = RangeTestSettings(lowest_lr=1e-4, highest_lr=1.0)
    found = [range_test_rate(settings, t, 5) for t in range(6)]
    assert found == pytest.approx([1e-4, 1e-3, 1e-2, 1e-1, 1, 1])
    line = RangeTestSettings(lowest_lr=1.0, highest_lr=3.0, spacing="linear")
    assert [range_test_rate(line, t, 5) for t in range(6)] == [1, 1.5, 2, 2.5, 3, 3]
    with pytest.raises(ScheduleError, match="range_test lasts as long as the run"):
        range_test_rate(settings, 0)


@pytest.mark.parametrize("settings", EVERY, ids=str)
def test_every_schedule_survives_the_record(settings):
    """Settings are written into the record as plain data, and read from there."""
    plain = settings.model_dump(mode="json")
    assert TypeAdapter(ScheduleSettings).validate_python(plain) == settings


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "step", "gamma": 0.0},
        {"name": "step", "every": 0},
        {"name": "multi_step", "milestones": []},
        {"name": "multi_step", "milestones": [5, 5]},
        {"name": "multi_step", "milestones": [9, 5]},
        {"name": "multi_step", "milestones": [0]},
        {"name": "cosine", "lowest": -0.1},
        {"name": "cosine", "lowest": 1.1},
        {"name": "polynomial", "power": 0.0},
        {"name": "inverse_time", "decay": -1.0},
        {"name": "strongly_convex", "mu": 0.0},
        {"name": "one_cycle", "rise": 1.0},
        {"name": "one_cycle", "initial_divisor": 0.5},
        {"name": "trapezoid", "steps": 100, "warmup": 81},
        {"name": "plateau", "gamma": 1.0},
        {"name": "plateau", "patience": -1},
        {"name": "range_test", "lowest_lr": 1.0, "highest_lr": 1.0},
        {"name": "linear_warmup", "then": {"name": "linear_warmup"}},
        {"name": "linear_warmup", "then": {"name": "range_test"}},
        {"name": "formula", "expression": "x"},
    ],
    ids=str,
)
def test_values_that_can_not_be_are_refused(wrong):
    with pytest.raises(ValidationError):
        TypeAdapter(ScheduleSettings).validate_python(wrong)
