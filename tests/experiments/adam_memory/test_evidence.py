"""Verdicts from made-up rows: what holds, what fails, what was not measured."""

import dataclasses

import numpy
import pytest

from experiments.adam_memory.bounds import largest_step, noise_share, steps_to_half
from experiments.adam_memory.evidence import figures, verdicts
from experiments.adam_memory.points import (
    Forgetting,
    Game,
    Largest,
    Noise,
    Spike,
    points,
    spacing,
)
from experiments.adam_memory.settings import AdamMemorySettings
from research.records.plan import Plan, VariantPlan
from research.records.status import Status
from research.records.store import Record

AFTER = {"adam": 25.4, "uncorrected": 31.8, "amsgrad torch": 25.3, "amsgrad optax": 25.2}


def row_of(point, settings):
    """What a point measures where every claim holds."""
    match point:
        case Spike():
            return {"before": 1e3, "at": 2.5, "after": AFTER.get(point.rule, 31.7)}
        case Forgetting("adam"):
            return {"half": round(steps_to_half(settings.betas, settings.rare_gradient))}
        case Forgetting():
            return {"half": -1}
        case Largest("growing"):
            return {"corrected": 0.999 * largest_step((0.9, 0.999)), "uncorrected": 7.2}
        case Largest():
            return {"corrected": 1.0, "uncorrected": 3.0}
        case Noise():
            return {"mean": 1.01 * noise_share(point.ratio), "root_mean_square": 0.3}
        case Game(_, "uncorrected"):
            return {"lowest": 0.995, "highest": 0.995}
    return {"lowest": -0.999, "highest": -0.995}


def record_of(folder, changes=None, seeds=(0, 1), state="done", **settings):
    """A record in which rows of some points of seed 1 are changed."""
    typed = AdamMemorySettings(**settings)
    plan = Plan(
        experiment="adam_memory",
        folder=None,
        preset="quick",
        overrides={},
        workers=1,
        threads=1,
        wandb="off",
        variants={"adam": VariantPlan(label="Adam", settings=typed.model_dump(mode="json"))},
        runs={"adam": list(seeds)},
    )
    record = Record.create(folder / "record", plan, {})
    for run in record.runs():
        for index, point in enumerate(points(typed)):
            changed = (changes or {}).get(point, {}) if run.seed == 1 else {}
            run.append(index, {**row_of(point, typed), **changed})
        run.write_status(Status(state))
    return record


def by_id(record):
    return {verdict.id: verdict for verdict in verdicts(record)}


def test_all_hold(tmp_path):
    found = by_id(record_of(tmp_path))
    assert {name: each.verdict for name, each in found.items()} == dict.fromkeys(found, "holds")
    assert found["O3a"].per_seed == {"adam/0": 25.4, "adam/1": 25.4}
    assert len(found) == 8


@pytest.mark.parametrize(
    ("point", "change", "failing", "measured"),
    [
        (Spike("adam", 0.0), {"after": 26.0}, ["O3a", "O3c"], 26.0),
        (Spike("uncorrected", 1.0), {"after": 31.2}, ["O3b", "O3c"], 31.2),
        (Spike("amsgrad torch", 1.0), {"after": 25.0}, ["O3c"], 1 - 25.0 / 25.4),
        (Spike("amsgrad paper", 0.0), {"after": 32.3}, ["O3c"], 32.3 / 31.8 - 1),
        (Largest("growing"), {"corrected": 3.2}, ["M1"], 3.2),
        (Largest("cauchy"), {"corrected": 7.3}, ["M1"], 7.3),
        (Forgetting("adam"), {"half": 16_000}, ["M2"], 16_000 / steps_to_half((0.9, 0.999), 1e5)),
        (Forgetting("amsgrad torch"), {"half": 19_000}, ["M2"], None),
        (Noise(30.0), {"mean": 0.034}, ["M3"], 0.034 / noise_share(30) - 1),
        (Game("every third", "uncorrected"), {"lowest": -0.9}, ["M4"], -0.9),
        (Game("every third", "amsgrad paper"), {"highest": 0.5}, ["M4"], -0.5),
        (Game("every 101st", "amsgrad paper"), {"highest": -0.7}, ["M5"], 0.7),
    ],
)
def test_one_seed_is_enough_to_fail(tmp_path, point, change, failing, measured):
    found = by_id(record_of(tmp_path, {point: change}))
    assert [name for name, each in found.items() if each.verdict == "fails"] == failing
    assert found[failing[0]].measured == (None if measured is None else pytest.approx(measured))


def test_other_settings_and_unfinished_runs_decide_nothing(tmp_path):
    found = by_id(record_of(tmp_path, cycle_steps=99))
    assert [name for name, each in found.items() if each.verdict == "not measured"] == ["M5"]
    assert found["M5"].note == "cycle_steps is 99, the claim is about 40000"
    stopped = by_id(record_of(tmp_path / "other", state="interrupted"))
    assert {each.note for each in stopped.values()} == {"adam/0 is interrupted"}


def test_figures_show_the_first_complete_run(tmp_path):
    record = record_of(tmp_path)
    typed = AdamMemorySettings()
    [first, _] = record.runs()
    for index, point in enumerate(points(typed)):
        match point:
            case Spike():
                first.save_array("path", index, numpy.linspace(0, AFTER["adam"], 1000))
            case Forgetting():
                count = -(-typed.forgetting_steps // spacing(typed.forgetting_steps))
                first.save_array("size", index, numpy.geomspace(1e-3, 1, count))
            case Game():
                first.save_array("x", index, numpy.zeros((500, 5)))
    drawn = figures(record)
    assert list(drawn) == ["adam_memory", "noise_share", "largest_step", "counterexample"]
    path = drawn["adam_memory"].axes[0].lines[0]
    assert path.get_ydata()[0] == 0 and len(path.get_xdata()) == 60
    lines = drawn["noise_share"].axes[0].lines
    measured = dict(zip(*lines[1].get_data(), strict=True))
    assert measured[10.0] == pytest.approx(1.01 * noise_share(10))
    assert 0 not in measured, "no place for it on a log scale"


def test_a_record_without_a_complete_run_has_no_figures(tmp_path):
    record = record_of(tmp_path, seeds=[0])
    [run] = record.runs()
    run.keep_until(5)
    run.write_status(dataclasses.replace(run.status(), state="interrupted"))
    assert figures(record) == {}
    assert {verdict.verdict for verdict in verdicts(record)} == {"not measured"}
