"""What records and studies have, gathered by experiment."""

from pathlib import Path

import numpy
import pytest

from research.records.errors import RecordError
from research.records.plan import Plan, VariantPlan
from research.records.stage_store import write_stages
from research.records.store import Record
from research.records.study_table import StudyTable, write_table
from research.settings.search import Domain, ObjectiveSettings, StudyPlan
from scripts.dashboards.contents import read_contents
from scripts.dashboards.families import metric_sections
from tests.wandb_stand_in import new_record


def study_of(folder: Path, metric: str, log: bool) -> Path:
    """A study of grokking without a trial in it, as its report leaves it."""
    plan = StudyPlan(
        experiment="grokking",
        preset="smoke",
        variant="small",
        base={},
        space={"optimizer.lr": (Domain(low=1e-4, high=1e-1, log=log),)},
        objective=ObjectiveSettings(metric=metric, direction="maximize"),
        trials=2,
    )
    folder.mkdir()
    write_table(folder, StudyTable(name="study", plan=plan, trials=()))
    record = new_record(folder / "trials" / "0000")
    record.run("small", 0).append(1, {metric: 0.5})
    return folder


def test_a_run_of_stages_keeps_them_apart(tmp_path: Path) -> None:
    record = new_record(tmp_path / "record")
    run = record.run("small", 0)
    write_stages(run, ("training", "surface"))
    run.stage("training").append(1, {"train/loss": 0.5})
    run.stage("training").save_array("class_counts", 0, numpy.array([1.0]))
    run.stage("surface").append(1, {"loss": 0.5})
    [contents] = read_contents([record.folder])
    assert list(contents.metrics) == ["training/train/loss", "surface/loss"]
    assert list(contents.tables) == ["training/per_class/table"]
    sections = metric_sections(contents.metrics, contents.stages)
    assert [each.title for each in sections] == ["training: Train", "surface: Other metrics"]


def test_each_experiment_by_itself(tmp_path: Path) -> None:
    other = Plan(
        experiment="a", variants={"v": VariantPlan(label="v", settings={})}, runs={"v": [0]}
    )
    record = Record.create(tmp_path / "other", other, {})
    record.run("v", 0).append(1, {"loss": 1.0})
    study = study_of(tmp_path / "study", "validation/accuracy", log=True)
    first, second = read_contents([study, record.folder])
    assert (first.experiment, list(first.metrics)) == ("a", ["loss"])
    assert (second.experiment, second.searched) == ("grokking", {"optimizer.lr": True})
    assert (second.objective, second.direction) == ("last validation/accuracy", "maximize")


def test_studies_with_different_objectives_have_no_best(tmp_path: Path) -> None:
    studies = [
        study_of(tmp_path / "one", "validation/accuracy", log=False),
        study_of(tmp_path / "two", "train/accuracy", log=True),
        study_of(tmp_path / "three", "validation/accuracy", log=False),
    ]
    [contents] = read_contents(studies)
    assert contents.direction is None and contents.searched == {"optimizer.lr": True}


def test_a_study_without_a_trial_is_refused(tmp_path: Path) -> None:
    (tmp_path / "trials").mkdir()
    with pytest.raises(RecordError, match="a study without a trial"):
        read_contents([tmp_path])
