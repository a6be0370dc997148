"""Combinations of optimizer, batch, schedule and average that can't be: one line, exit code 2."""

import pytest

from experiments.__main__ import main
from research.settings.training import TrainingSettings

SCHEDULE_FREE = ["--optimizer.name", "schedule_free_adamw"]

REFUSED = [
    (
        ["--optimizer.name", "gd"],
        "batch_size is 512, expected null, because gd takes the gradient of the whole training set",
    ),
    (
        ["--optimizer.name", "lbfgs", "--batch_size", "64"],
        "--batch_size is 64, expected null, because lbfgs compares gradients of several steps, "
        "which must be of the same examples",
    ),
    (
        [*SCHEDULE_FREE, "--schedule.name", "cosine"],
        "--schedule.name is cosine, expected constant, linear_warmup or range_test, "
        "because of schedule_free_adamw",
    ),
    (
        ["--optimizer.name", "schedule_free_sgd", "--schedule.then.name", "polynomial"],
        "--schedule.then.name is polynomial, expected constant, because of schedule_free_sgd",
    ),
    (
        [*SCHEDULE_FREE, "--averaging.name", "ema"],
        "averaging is ema, expected null, because schedule_free_adamw averages itself",
    ),
    (["--averaging.name", "lawa"], '--averaging.name is "lawa", expected one of ema, lawa_ema'),
    (["--averaging.name", "ema", "--averaging.decay", "1"], "--averaging.decay is 1, expected"),
    (["--averaging.name", "lawa_queue", "--averaging.length", "0"], "--averaging.length is 0"),
    (
        ["--averaging.name", "lawa_queue", "--averaging.every", "0.5"],
        "averaging.length is 10, expected at most 2, the snapshots that a run can take",
    ),
    (["--averaging.name", "lawa_ema", "--averaging.every", "0"], "--averaging.every is 0"),
    (["--averaging.name", "lawa_ema", "--averaging.start", "1"], "--averaging.start is 1"),
]


@pytest.mark.parametrize(("words", "line"), REFUSED, ids=[line for _, line in REFUSED])
def test_refused_in_one_line(capsys, words, line):
    assert main(["show", "grokking", "--variants", "lecture-wd1", *words]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.count("\n") == 1
    assert line in captured.err


@pytest.mark.parametrize(
    "values",
    [
        {"optimizer": {"name": "gd"}},
        {"optimizer": {"name": "lbfgs"}, "averaging": {"name": "ema"}},
        {"optimizer": {"name": "schedule_free_sgd"}},
        {"optimizer": {"name": "schedule_free_sgd"}, "schedule": {"name": "linear_warmup"}},
        {"optimizer": {"name": "schedule_free_adamw"}, "schedule": {"name": "range_test"}},
        {"optimizer": {"name": "sgd"}, "schedule": {"name": "cosine"}, "batch_size": 1},
        {"averaging": {"name": "lawa_queue"}, "schedule": {"name": "cosine"}},
    ],
)
def test_allowed(values):
    settings = TrainingSettings.model_validate(values)
    assert TrainingSettings.model_validate(settings.model_dump(mode="json")) == settings
