"""Which networks `descent landscape` is about, and what it measures: found out without torch."""

import shutil

import pytest

from experiments.__main__ import main
from experiments.command_line.landscape import Choice, landscape_plan, measured_settings
from experiments.network_landscape.settings import NetworkLandscapeSettings
from experiments.network_landscape.source import training_settings
from research.records.checkpoint_names import file_name
from research.records.errors import RecordError
from research.records.stage_store import write_stages
from research.records.store import Plan, Record, VariantPlan
from research.settings.errors import SettingsError
from tests.faults.conftest import PARITY, ROOT
from tests.parity.settings import ParitySettings


@pytest.fixture
def record(tmp_path):
    """Two variants with two seeds, of which seed 1 has come to a later checkpoint."""
    settings = ParitySettings().model_dump(mode="json")
    variants = {
        name: VariantPlan(label=name.upper(), settings=settings) for name in ("plain", "hot")
    }
    plan = Plan(
        experiment="parity",
        folder=str(PARITY),
        wandb="off",
        variants=variants,
        runs={"plain": [0, 1], "hot": [0]},
    )
    made = Record.create(tmp_path / "record", plan, {})
    for run in made.runs():
        add_checkpoints(run, 100, 200 + run.seed)
    return made


def add_checkpoints(store, *steps):
    store.checkpoints.mkdir(parents=True)
    for step in steps:
        (store.checkpoints / file_name(step)).touch()


def steps_of(choice):
    return {variant: networks.steps for variant, networks in choice.networks().items()}


def test_all_networks_at_their_last_checkpoint(record):
    assert steps_of(Choice(record.folder)) == {
        "plain": {"0": (200,), "1": (201,)},
        "hot": {"0": (200,)},
    }


def test_a_choice_of_them(record):
    assert steps_of(Choice(record.folder, ["plain"], [1])) == {"plain": {"1": (201,)}}
    both = Choice(record.folder, seeds=[0], steps="0, 100,last")
    assert steps_of(both) == {"plain": {"0": (0, 100, 200)}, "hot": {"0": (0, 100, 200)}}


def test_one_checkpoint(record):
    path = record.run("plain", 1).checkpoints / file_name(100)
    chosen = Choice(path).networks()
    assert steps_of(Choice(path)) == {"plain": {"1": (100,)}}
    assert chosen["plain"].record == str(record.folder) and chosen["plain"].stage is None


def test_stages(record):
    run = record.run("hot", 0)
    shutil.rmtree(run.checkpoints)
    write_stages(run, ("first", "second", "surface"))
    with pytest.raises(RecordError, match="surface/checkpoints: no checkpoint of hot seed 0"):
        Choice(record.folder, ["hot"]).networks()
    add_checkpoints(run.stage("first"), 5)
    add_checkpoints(run.stage("second"), 7)
    assert Choice(record.folder, ["hot"]).networks()["hot"].stage == "second"
    assert steps_of(Choice(record.folder, ["hot"], stage="first")) == {"hot": {"0": (5,)}}
    of_file = Choice(run.stage("first").checkpoints / file_name(5)).networks()["hot"]
    assert (of_file.stage, of_file.steps) == ("first", {"0": (5,)})
    with pytest.raises(SettingsError, match="--stage is surface, expected one with checkpoints: "):
        Choice(record.folder, ["hot"], stage="surface").networks()
    with pytest.raises(SettingsError, match="--stage is first, but plain seed 0 has no stages"):
        Choice(record.folder, ["plain"], stage="first").networks()


def test_the_plan(record):
    plan = landscape_plan(Choice(record.folder), {"surface.points": 7}, 2, "off")
    assert plan.runs == {"plain": [0, 1], "hot": [0]} and plan.workers == 2
    assert [variant.label for variant in plan.variants.values()] == ["PLAIN", "HOT"]
    settings = NetworkLandscapeSettings.model_validate(plan.variants["plain"].settings)
    assert settings.surface.points == 7 and settings.surface.splits == ("train",)
    assert settings.networks.steps == {"0": (200,), "1": (201,)}


def test_surfaces_are_of_splits_that_are_there():
    assert measured_settings({}, ("train", "validation", "test")).surface.splits == (
        "train",
        "test",
    )
    assert measured_settings({}, ("train",)).surface.splits == ("train",)
    with pytest.raises(
        SettingsError, match=r"--surface\.splits has valid, expected .* train, test"
    ):
        measured_settings({"surface.splits": ["valid"]}, ("train", "test"))
    with pytest.raises(SettingsError, match=r"--curvature\.splits has test, expected .* of train$"):
        measured_settings({"curvature.splits": ["test"]}, ("train",))


@pytest.mark.parametrize(
    "asked",
    [
        {"largest": 1},
        {"smallest": 1},
        {"trace_probes": 1},
        {"density_probes": 1},
        {"sharpness_radius": 0.1},
        {"adaptive_radius": 0.1},
        {"keskar_radius": 0.1},
        {"noise_scale": True},
    ],
)
def test_one_thing_of_curvature_is_something(asked):
    flags = {
        f"curvature.{key}": value for key, value in ({"largest": 0, "smallest": 0} | asked).items()
    }
    assert measured_settings({"surface": None} | flags, ("train",)).curvature.measures_something


def test_a_line_is_not_refined():
    assert measured_settings({}, None).surface.refinement is not None
    line = measured_settings({"surface.dimensions": 1}, None).surface
    assert line.refinement is None and len(line.axes) == 1


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (["nowhere"], "nowhere: there is no such file or folder"),
        ([ROOT / "README.md"], "README.md lies in no record"),
        (["record/settings.yaml"], "record/settings.yaml is no checkpoint of a run"),
        (["record/runs"], "record/runs is no record"),
        (["record", "--variants", "hit"], 'unknown variant "hit"; did you mean hot?'),
        (["record", "--seeds", "0,3"], "--seeds has 3, expected some of 0, 1"),
        (["record", "--steps", "50"], '--steps is "50", expected different ones of 0, last and'),
        (["record", "--steps", "0,0"], '--steps is "0,0"'),
        (["record", "--surface.point", "5"], "did you mean --surface.points?"),
        (["record", "--surface.points", "1"], "--surface.points is 1, expected a whole number"),
        (["record", "--surface", "null", "--curvature", "null"], "expected something to measure"),
        (
            [
                "record",
                "--surface",
                "null",
                "--curvature.largest",
                "0",
                "--curvature.smallest",
                "0",
            ],
            "--surface is null and --curvature asks for nothing, expected something to measure",
        ),
        (["record", "--trainer.devices", "2"], "--trainer.devices is 2, expected 1"),
        (["record/runs/hot/0/checkpoints/step-000000100.ckpt", "--steps", "0"], "--steps says"),
        (["record/runs/cold/0/checkpoints/step-000000100.ckpt"], "has no run cold/0"),
        (["sweep"], "is of test_functions, which trains no networks"),
        (
            ["record", "--directions", "trajectory"],
            "its trajectory has 0 points, expected 3 or more",
        ),
        (["record", "--directions", "path"], '--directions is "path", expected one of random, tra'),
        (
            ["record", "--directions", "trajectory", "--surface.span", "-2,2"],
            "--surface.span is [-2.0, 2.0], expected left out, because directions is trajectory",
        ),
        (
            ["record", "--directions", "trajectory", "--surface.directions.seed", "1"],
            "surface.directions is set, expected left out, because directions is trajectory",
        ),
        (
            ["record", "--directions", "trajectory", "--surface.batch_norm", "interpolated"],
            "--surface.batch_norm is interpolated, expected another, because directions is",
        ),
    ],
)
def test_what_can_not_be_is_one_line(record, words, text, capsys, monkeypatch):
    monkeypatch.chdir(record.folder.parent)
    cold = record.folder / "runs" / "cold" / "0" / "checkpoints"
    cold.mkdir(parents=True)
    (cold / file_name(100)).touch()
    variants = {"sgd": VariantPlan(label="SGD", settings={})}
    Record.create(
        record.folder.parent / "sweep",
        Plan(experiment="test_functions", variants=variants, runs={"sgd": [0]}),
        {},
    )
    before = sorted(record.folder.parent.rglob("*"))
    assert main(["landscape", *map(str, words)]) == 2
    error = capsys.readouterr().err
    assert text in error and error.count("\n") == 1
    assert sorted(record.folder.parent.rglob("*")) == before


def test_settings_that_an_experiment_no_longer_has(record):
    record.plan.variants["hot"].settings["gone"] = 3
    with pytest.raises(RecordError, match="gone of hot: extra inputs are not permitted; expected"):
        training_settings(record, "hot")


def test_help_lists_what_is_measured(capsys):
    assert main(["landscape", "--help"]) == 0
    shown = capsys.readouterr().out
    assert "--surface.points" in shown and "--curvature.largest" in shown and "[a, b]" in shown
    assert "--surface.splits first, last" in " ".join(shown.split())
    assert main(["landscape", "--surface.splits", "test", "--help"]) == 0
    assert '--surface.splits ["test"]' in " ".join(capsys.readouterr().out.split())
