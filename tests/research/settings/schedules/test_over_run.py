"""What would fail in the middle of a run is refused before it, in one line that names the flag."""

import pytest

from experiments.__main__ import main
from research.settings.schedules import FormulaSettings, LinearWarmupSettings, TrapezoidSettings
from research.settings.schedules.over_run import _reason_against, misfit

CASES = [
    (["formula", "--schedule.expression", "1-t/100"], "--schedule.expression is '1-t/100'"),
    (["formula", "--schedule.expression", "1/(12000-t-1)"], "no value at t = 11999"),
    (["formula", "--schedule.expression", "1 +"], "an arithmetic expression of t and T"),
    (["formula", "--schedule.expression", "q*t"], "not q"),
    (["exponential", "--schedule.gamma", "1.1"], "stays finite in 12000 steps"),
    (["step", "--schedule.gamma", "10", "--schedule.every", "1"], "finite in 12000 steps"),
    (["multi_step", "--schedule.milestones", "[1, 2]", "--schedule.gamma", "1e200"], "finite in"),
    (["strongly_convex", "--schedule.mu", "1e-320"], "expected a number >= 1e-100"),
    (["formula", "--schedule.expression", "9**9**9**9"], "numerical result out of range"),
    (
        ["trapezoid", "--schedule.warmup", "9601"],
        "warmup is 9601, expected at most 9600",
    ),
    (
        ["linear_warmup", "--schedule.then.name", "formula", "--schedule.then.expression", "1-t"],
        "--schedule.then.expression is '1-t', expected a finite factor >= 0",
    ),
    (["multi_step", "--schedule.milestones", "[9, 3]"], "rising order"),
    (["range_test", "--schedule.highest_lr", "1e-9"], "more than lowest_lr, which is 1e-06"),
    (["plateau", "--schedule.gamma", "1.5"], "expected a number > 0 and < 1"),
    (["cosin"], "did you mean cosine?"),
]


@pytest.mark.parametrize(("words", "said"), CASES, ids=[case[1] for case in CASES])
def test_one_line_and_exit_code_2(capsys, words, said):
    assert main(["show", "grokking", "--schedule.name", *words]) == 2
    out, line = capsys.readouterr()
    assert out == ""
    assert line.startswith("descent: ") and line.count("\n") == 1
    assert said in line


@pytest.mark.parametrize(
    "schedule",
    [
        FormulaSettings(expression="1 - t/T"),
        FormulaSettings(expression="1 - t/T", steps=1000),
        TrapezoidSettings(warmup=800),
        LinearWarmupSettings(steps=2000, then=FormulaSettings(expression="-1")),
        LinearWarmupSettings(steps=400, then=FormulaSettings(expression="1 - t/600")),
    ],
    ids=str,
)
def test_what_fits_is_left_alone(schedule):
    assert misfit(schedule, 1000) is None


def test_just_one_update_more_does_not_fit():
    assert misfit(FormulaSettings(expression="1 - t/999"), 1000) is None
    assert misfit(FormulaSettings(expression="1 - t/998"), 1000) is not None
    assert misfit(TrapezoidSettings(warmup=801), 1000) is not None


def test_variants_that_have_a_formula_alike_try_it_once(capsys):
    _reason_against.cache_clear()
    assert main(["show", "double_descent_deep", "--preset", "paper-cnn"]) == 0
    tried = _reason_against.cache_info()
    assert 0 < tried.misses <= 3 < tried.hits
