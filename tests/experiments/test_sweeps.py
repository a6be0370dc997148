"""What every shipped experiment searches: its trials have settings, and can be run."""

import pytest

from experiments.command_line.catalog import all_experiments, find
from experiments.command_line.computing import compute
from research.records.plan import Plan, VariantPlan
from research.records.store import Record
from research.search.objective import trial_value
from research.search.points import draw
from research.search.space import parameters, values_of
from research.search.trial_settings import trial_settings
from research.settings.document import read_document
from research.settings.errors import SettingsError
from research.settings.resolve_search import resolve_search
from research.settings.training import TrainingSettings
from research.training.interruption import Interruption
from research.training.stages import StagedRun

NAMES = [each.name for each in all_experiments()]
QUICK = ("generalisation", "heavy_tails", "random_search")
"""One with conditions, and those whose variant no smoke test runs; one trial of each is run."""


def trials(name: str, preset: str, count: int):
    """The search of an experiment, and the first of its random trials: values and settings."""
    experiment = find(name)
    model = experiment.settings_class()
    search, base = resolve_search(read_document(experiment.config), model, preset)
    plain = base.settings.model_dump(mode="json")
    known = parameters(search.space)
    drawn = [values_of(point, known) for point in draw(search.space, "random", count, 100)]
    return search, [(values, trial_settings(model, plain, values)) for values in drawn]


@pytest.mark.parametrize("name", NAMES)
def test_a_pruner_is_refused_where_a_run_has_stages(name):
    """Settings, which are read without torch, say of it what the module is."""
    experiment = find(name)
    model = experiment.settings_class()
    assert getattr(model, "in_stages", False) == issubclass(experiment.module_class(), StagedRun)
    if issubclass(model, TrainingSettings) and not model.in_stages:
        return
    with pytest.raises(SettingsError, match="has no evaluations at which a trial could be pruned"):
        pruner = {"pruner.name": "median"}
        resolve_search(read_document(experiment.config), model, "smoke", search_overrides=pruner)


@pytest.mark.parametrize("name", NAMES)
def test_every_experiment_searches_something(name):
    """At `smoke`; at the other sizes `descent show` resolves it, which is tested too."""
    search, drawn = trials(name, "smoke", 16)
    assert {key for values, _ in drawn for key in values} == set(search.space)
    for values, settings in drawn:
        assert all(_setting(settings, key) == value for key, value in values.items())


def searched(name, preset, **flags):
    experiment = find(name)
    words = {key.replace("__", "."): value for key, value in flags.items()}
    document, model = read_document(experiment.config), experiment.settings_class()
    return resolve_search(document, model, preset, None, {}, words)[0]


def refused(name, preset, **flags):
    with pytest.raises(SettingsError) as error:
        searched(name, preset, **flags)
    return str(error.value)


@pytest.mark.parametrize("metric", ["validaton/accuracy", "val/loss", "train/los"])
def test_a_metric_that_is_never_logged_is_refused_before_the_first_trial(metric):
    expected = f'--objective.metric is "{metric}", expected one of train/loss, '
    assert refused("grokking", "smoke", objective__metric=metric).startswith(expected)


@pytest.mark.parametrize(
    ("pruner", "found"),
    [
        ({"name": "hyperband", "least_steps": 10**6}, "hyperband with least_steps 1000000"),
        ({"name": "median", "warmup_steps": 10**6}, "median with warmup_steps 1000000"),
    ],
)
def test_a_pruner_that_begins_after_the_last_step_is_refused(pruner, found):
    flags = {f"pruner__{key}": value for key, value in pruner.items()}
    line = refused("generalisation", "smoke", **flags)
    assert line.startswith(f"--pruner.name is {found}, expected fewer than trainer.max_steps, ")
    flags["space__trainer__max_steps"] = [10, 10**7]
    assert searched("generalisation", "smoke", **flags).pruner.name == pruner["name"]


def _setting(settings, key):
    for part in key.split("."):
        settings = getattr(settings, part)
    return list(settings) if isinstance(settings, tuple) else settings


@pytest.mark.parametrize("name", QUICK)
def test_a_trial_is_a_run_that_has_the_objective(name, tmp_path):
    search, [(_, settings)] = trials(name, "smoke", 1)
    plan = Plan(
        experiment=name,
        preset="smoke",
        wandb="off",
        variants={"trial": VariantPlan(label="trial", settings=settings.model_dump(mode="json"))},
        runs={"trial": [0]},
    )
    record = Record.create(tmp_path / "0000", plan, {})
    with Interruption() as interruption:
        compute(record, record.run("trial", 0), interruption)
    assert trial_value(search.objective, record.runs()).reached
