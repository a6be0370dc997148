"""`descent report` composes from what the records hold."""

import pytest

from experiments.__main__ import main
from research.records.plan import Plan, VariantPlan
from research.records.store import Record
from tests.experiments.command_line.own_experiment import write_own_experiment

EVIDENCE = """\
from matplotlib.figure import Figure

from research.evidence.claims import Claim

CLAIM = Claim("X1", "Ice melts.", "Everyone (1900)", "> 0")


def verdicts(record):
    return [CLAIM.not_measured("no thermometer")]


def figures(record):
    figure = Figure()
    figure.add_subplot().plot([0, 1])
    return {"my_own": figure}
"""


@pytest.fixture
def records(tmp_path, monkeypatch):
    folder = write_own_experiment(tmp_path)
    (folder / "evidence.py").write_text(EVIDENCE)
    plan = Plan(
        experiment="my_own",
        folder=str(folder),
        variants={"one": VariantPlan(label="One", settings={"size": 3})},
        runs={"one": [0]},
    )
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        Record.create(tmp_path / name, plan, {"command": ["descent"]})
    return tmp_path


def test_missing_evidence_is_computed_first(records, capsys):
    assert main(["report", "a"]) == 0
    assert capsys.readouterr().out == "report: a/report.html\n"
    assert (records / "a" / "figures" / "my_own.svg").exists()
    assert "Ice melts." in (records / "a" / "report.html").read_text()


def test_evidence_that_is_there_is_only_composed(records, capsys):
    main(["report", "a"])
    (records / "my_own" / "evidence.py").write_text("1 / 0\n")
    assert main(["report", "a"]) == 0
    figure = records / "a" / "figures" / "my_own.svg"
    figure.unlink()
    (records / "my_own" / "evidence.py").write_text(EVIDENCE)
    assert main(["report", "a", "--redraw"]) == 0
    assert figure.exists()


def test_several_records_make_one_file_here(records, capsys):
    assert main(["report", "a", "b"]) == 0
    assert capsys.readouterr().out == "report: report.html\n"
    assert (records / "report.html").read_text().count("Ice melts.") >= 2
    assert main(["report", "b", "--out", "other.html"]) == 0
    assert (records / "other.html").exists()


@pytest.mark.parametrize("words", [["none"], ["a", "none"], ["a", "--out", "none/x.html"]])
def test_refused_in_one_line(records, capsys, words):
    assert main(["report", *words]) == 2
    error = capsys.readouterr().err
    assert error.startswith("descent: ")
    assert error.count("\n") == 1
