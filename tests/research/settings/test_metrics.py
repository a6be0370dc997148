"""A metric that nothing logs is refused before a run where settings tell which there are."""

import pytest

from experiments.__main__ import main
from research.settings.metrics import expected_instead, metrics_of
from research.settings.training import TrainingSettings

STOP = ["--stop.at_least", "0.5", "--stop.metric"]
PLATEAU = ["--schedule.name", "plateau"]

REFUSED = [
    (
        "grokking",
        [*STOP, "validation/acuracy"],
        "--stop.metric is validation/acuracy, expected one of train/loss, train/accuracy, ",
        "; did you mean validation/accuracy?",
    ),
    ("grokking", [*STOP, "test/loss"], "--stop.metric is test/loss, expected one of", "loss?"),
    ("schedules", PLATEAU, "schedule.metric is validation/loss, expected one of train/loss", ""),
    (
        "schedules",
        ["--schedule.name", "linear_warmup", "--schedule.then.name", "plateau"],
        "schedule.then.metric is validation/loss, expected one of train/loss, train/accuracy, "
        "test/loss, test/accuracy",
        "",
    ),
    (
        "generalisation",
        [*STOP, "validation/loss", "--data.validation_examples", "0"],
        "--stop.metric is validation/loss, expected one of train/loss",
        "",
    ),
]


@pytest.mark.parametrize(("experiment", "words", "begin", "end"), REFUSED)
def test_refused_before_a_record(capsys, experiment, words, begin, end):
    assert main(["show", experiment, "--preset", "smoke", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1
    assert begin in captured.err and captured.err.rstrip().endswith(end)


ALLOWED = [
    ("grokking", [*STOP, "validation/largest_logit"]),
    ("grokking", [*STOP, "weight_norm/all"]),
    ("schedules", [*PLATEAU, "--schedule.metric", "test/loss"]),
    ("generalisation", [*STOP, "validation/loss"]),
    ("generalisation", [*PLATEAU, "--schedule.metric", "validation/accuracy"]),
]


@pytest.mark.parametrize(("experiment", "words"), ALLOWED)
def test_what_is_logged_is_taken(capsys, experiment, words):
    assert main(["show", experiment, "--preset", "smoke", *words]) == 0
    assert capsys.readouterr().err == ""


def test_an_experiment_that_says_nothing_may_have_any():
    stop = {"metric": "my_own/number", "at_least": 1.0}
    assert TrainingSettings.model_validate({"stop": stop}).stop is not None


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("train/anything", None),
        ("other/anything", None),
        ("anything", None),
        ("validation/loss", "a metric of train or test, such as train/loss"),
    ],
)
def test_where_only_the_splits_are_known(metric, expected):
    assert expected_instead(metric, ("train", "test"), None) == expected


def test_names_of_every_split_and_of_the_run():
    names = metrics_of(("train", "test"), ("*/share", "switch/lr"))
    assert names[:3] == ["train/loss", "train/accuracy", "train/share"]
    assert names[3:] == ["test/loss", "test/accuracy", "test/share", "switch/lr", "step"]
