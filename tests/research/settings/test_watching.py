"""What is watched: nothing unless asked for, and what a run can not show is refused in words."""

import pytest

from experiments.__main__ import main
from research.settings.document import parse_document
from research.settings.training import TrainingSettings
from research.settings.watching import WatchSettings, unwatchable
from tests.parity.settings import ParitySettings

CLASSES = {"groups": 10, "batches": True, "batch_accuracy": False, "arrays": "newest"}


def test_a_record_that_knows_nothing_of_it_watches_nothing():
    kept = ParitySettings().model_dump(mode="json")
    del kept["watch"]
    assert ParitySettings.model_validate(kept).watch is None
    assert ParitySettings().model_dump(mode="json") == {**kept, "watch": None}


def test_what_is_kept_is_read_back():
    watch = {"surfaces": {"steps": [0, 5], "dimensions": 1}, "trajectory": {"every": 2}}
    settings = TrainingSettings.model_validate({"watch": watch})
    assert TrainingSettings.model_validate(settings.model_dump(mode="json")) == settings
    assert settings.watch.surfaces.steps == (0, 5) and settings.watch.curvature is None


def test_splits_that_nobody_knows_can_not_be_wrong():
    watch = WatchSettings.model_validate({"curvature": {"splits": ["odd"]}})
    assert unwatchable(watch, 10, None) is None
    assert unwatchable(watch, 10, ("even",)) == ("curvature.splits", ["odd"], "some of even")


def test_flags(capsys):
    words = ["--watch.curvature.every", "100", "--watch.surfaces.steps", "0,200"]
    words += ["--watch.trajectory.every", "50", "--watch.per_class_loss.groups", "4"]
    assert main(["show", "grokking", "--preset", "smoke", *words]) == 0
    shown = parse_document(capsys.readouterr().out, "shown").data
    (variant,) = shown["variants"].values()
    watch = variant["settings"]["watch"]
    assert watch["curvature"]["every"] == 100 and watch["trajectory"] == {"every": 50}
    assert watch["surfaces"]["steps"] == [0, 200]
    assert watch["per_class_loss"] == {**CLASSES, "groups": 4}


def test_losses_by_class_are_one_line():
    settings = TrainingSettings.model_validate({"watch": {"per_class_loss": {}}})
    assert settings.watch.per_class_loss.model_dump(mode="json") == CLASSES


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("curvature.every 0", "--watch.curvature.every is 0, expected a whole number >= 1"),
        ("curvature.largest x", '--watch.curvature.largest is "x", expected a whole number >= 0'),
        ("curvature.splits test", 'splits is ["test"], expected some of train, validation'),
        ("surfaces.splits test --watch.surfaces.last true", "expected some of train, validation"),
        ("surfaces.steps 0,201", "is [201], expected none after the run's last step, 200"),
        ("surfaces.steps -1", "is -1, expected a whole number >= 0"),
        ("surfaces.points 5", "surfaces.steps is [], expected some steps, or every, or last"),
        ("trajectory.every 0", "--watch.trajectory.every is 0, expected a whole number >= 1"),
        ("per_class_loss.groups 0", "--watch.per_class_loss.groups is 0, expected a whole number"),
        (
            "per_class_loss.arrays none",
            'per_class_loss.arrays is "none", expected one of newest, all',
        ),
        ("trajectory.evry 5", "; did you mean --watch.trajectory.every?"),
    ],
)
def test_what_can_not_be_is_one_line(words, text, tmp_path, capsys):
    flags = f"--watch.{words} --out {tmp_path / 'record'}".split()
    assert main(["run", "grokking", "--preset", "smoke", *flags]) == 2
    error = capsys.readouterr().err
    assert text in error and error.count("\n") == 1
    assert not (tmp_path / "record").exists()
