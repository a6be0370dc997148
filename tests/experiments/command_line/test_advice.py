"""Settings that a run never comes to: said in one line, not refused."""

import pytest

from experiments.command_line.advice import advice, give_advice
from experiments.command_line.catalog import all_experiments, find
from research.records.store import Plan, Record, VariantPlan
from research.settings.document import read_document
from research.settings.resolve import read_experiment, resolve

WARMUP = {"schedule.name": "linear_warmup", "trainer.max_steps": 50}
SWITCH = {"optimizer.name": "adam_then_sgd", "trainer.max_steps": 50}


def resolved(overrides, variants=("constant", "cosine")):
    experiment = find("schedules")
    document = read_document(experiment.config)
    return resolve(document, experiment.settings_class(), "smoke", variants, None, overrides)


@pytest.mark.parametrize(
    ("overrides", "lines"),
    [
        (
            {**SWITCH, "optimizer.switch_at": 50},
            [
                "--optimizer.switch_at is 50, the run ends at step 50: "
                "it is Adam to its end and never becomes SGD"
            ],
        ),
        ({**SWITCH, "optimizer.switch_at": 49}, []),
        (
            {**WARMUP, "schedule.steps": 50, "schedule.then.name": "cosine"},
            [
                "--schedule.steps is 50, the run ends at step 50: "
                "it never has the full learning rate, nor what follows (cosine)"
            ],
        ),
        ({**WARMUP, "schedule.steps": 49, "schedule.then.name": "cosine"}, []),
    ],
)
def test_what_a_run_does_not_come_to_is_said_once(overrides, lines):
    assert advice(resolved(overrides)) == lines


def test_the_variants_are_named_where_others_have_it_not():
    command = resolved({"trainer.max_steps": 100}, ("warmup-cosine", "constant"))
    [line] = advice(command)
    assert "schedules.yaml:61: schedule.steps is 200" in line
    assert line.endswith("(variant warmup-cosine)")


def test_it_is_a_warning_of_the_command_and_of_the_record(tmp_path, capsys):
    command = resolved({**SWITCH, "optimizer.switch_at": 60})
    plan = Plan(experiment="e", variants={"a": VariantPlan(label="a", settings={})}, runs={"a": []})
    record = Record.create(tmp_path / "record", plan, {})
    give_advice(command, record)
    [line] = advice(command)
    assert capsys.readouterr() == ("", f"descent: warning: {line}\n")
    assert record.warnings() == [line]


@pytest.mark.parametrize("name", [each.name for each in all_experiments()])
def test_no_shipped_preset_needs_advice(name):
    experiment = find(name)
    document = read_document(experiment.config)
    for preset in read_experiment(document).presets:
        assert advice(resolve(document, experiment.settings_class(), preset)) == []
