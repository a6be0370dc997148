"""`descent show --optimizers` and `--schedules`: everything that has a name, formula and source."""

import re
from typing import get_args

import pytest

from experiments.__main__ import main
from research.settings.averaging import AveragingSettings
from research.settings.optimizers import OptimizerSettings
from research.settings.schedules import ScheduleSettings

UNIONS = {"--optimizers": [OptimizerSettings, AveragingSettings], "--schedules": [ScheduleSettings]}


def models(option: str) -> list:
    return [model for union in UNIONS[option] for model in get_args(get_args(union)[0])]


@pytest.mark.parametrize("option", list(UNIONS))
def test_a_pipe_gets_one_line_each(option, capsys):
    assert main(["show", option]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    expected = [
        [model.model_fields["name"].default, model.formula, model.source]
        for model in models(option)
    ]
    assert lines == expected


@pytest.mark.parametrize("option", list(UNIONS))
def test_a_terminal_gets_a_table_with_nothing_cut_off(option, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    assert main(["show", option]) == 0
    text = re.sub(r"\x1b\[[0-9;]*m", "", capsys.readouterr().out)
    assert max(map(len, text.splitlines())) <= 100
    for model in models(option):
        for word in f"{model.formula} {model.source}".split():
            assert word in text or len(word) > 30, "only a long word may be folded"
    assert "…" not in text


def test_both_at_once(capsys):
    assert main(["show", "--schedules", "--optimizers"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(models("--optimizers")) + len(models("--schedules"))


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ([], "show needs EXPERIMENT: write descent show EXPERIMENT, or --optimizers"),
        (["--preset", "smoke"], "show needs EXPERIMENT"),
        (["--optimizers", "grokking"], "show --optimizers stands alone, found grokking"),
        (["--schedules", "--seeds", "3"], "show --schedules stands alone, found --seeds"),
        (["--optimizers", "--optimizer.lr", "3"], "stands alone, found --optimizer.lr"),
        (["--optimizer"], "unknown option --optimizer; did you mean --optimizers?"),
    ],
)
def test_refused_in_one_line(words, line, capsys):
    assert main(["show", *words]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert line in said
