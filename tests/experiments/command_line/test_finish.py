"""Exit codes and what a command prints when its runs have ended. The runs themselves are played."""

import signal
from dataclasses import replace
from types import SimpleNamespace

import pytest

from experiments.__main__ import main
from experiments.command_line import finish
from research.evidence.claims import Claim
from research.records.status import Status
from research.records.store import Plan, Record, VariantPlan
from research.training.interruption import Interrupted
from tests.experiments.command_line.own_experiment import write_own_experiment

CLAIM = Claim("X1", "Ice melts.", "Everyone (1900)", "> 0")


@pytest.fixture
def play(tmp_path, monkeypatch, capsys):
    """Runs a user's own experiment whose one run ends in a given way."""
    folder = write_own_experiment(tmp_path)
    monkeypatch.chdir(tmp_path)

    def run(*words, state="done", verdict="holds", stop=None, command=("run", str(folder))):
        def run_all(record, workers, console):
            if stop is not None:
                raise Interrupted(stop)
            for each in record.runs():
                each.write_status(replace(each.status(), state=state, message="why"))

        def build(record, evidence):
            record.report.write_text("<html>")
            claim = CLAIM.judge(3.0, verdict == "holds", {"one/0": 3.0})
            return [CLAIM.not_measured("no runs") if verdict == "not measured" else claim]

        monkeypatch.setattr(finish, "run_all", run_all)
        monkeypatch.setattr("research.evidence.build.build_evidence", build)
        code = main([*command, "--wandb", "off", "--out", "record", *words])
        return SimpleNamespace(code=code, **capsys.readouterr()._asdict())

    return run


@pytest.mark.parametrize(
    ("words", "played", "code"),
    [
        ([], {}, 0),
        ([], {"verdict": "fails"}, 0),
        (["--check"], {"verdict": "fails"}, 3),
        (["--check"], {"verdict": "holds"}, 0),
        (["--check"], {"verdict": "not measured"}, 0),
        ([], {"state": "failed"}, 1),
        (["--check"], {"state": "failed", "verdict": "fails"}, 1),
        ([], {"state": "diverged"}, 0),
        ([], {"stop": signal.SIGTERM}, 143),
        ([], {"stop": signal.SIGINT}, 130),
    ],
)
def test_exit_codes(play, words, played, code):
    assert play(*words, **played).code == code


def test_the_claims_and_the_report_are_printed(play):
    out = play().out
    assert "X1" in out
    assert "holds" in out
    assert "Ice melts." in out
    assert "report: record/report.html" in out


def test_a_failed_run_is_named_with_its_reason(play):
    assert "one seed 0 failed: why" in play(state="failed").out


@pytest.mark.parametrize(
    ("schedule", "state", "metrics", "said"),
    [
        (
            "range_test",
            "done",
            {"range_test/suggested_lr": 0.01234, "range_test/lowest_loss_lr": 0.25},
            ["range test, tiny seed 3: suggested learning rate 0.012, the loss is lowest at 0.25"],
        ),
        (
            "range_test",
            "done",
            {},
            ["range test, tiny seed 3: no rate to suggest, the loss does not fall"],
        ),
        ("range_test", "interrupted", {}, []),
        ("cosine", "done", {}, []),
    ],
)
def test_the_rate_that_a_range_test_suggests_is_said(tmp_path, schedule, state, metrics, said):
    variant = VariantPlan(label="tiny", settings={"schedule": {"name": schedule}})
    plan = Plan(experiment="tiny", variants={"tiny": variant}, runs={"tiny": [3]})
    record = Record.create(tmp_path / "r", plan, {})
    store = record.run("tiny", 3)
    store.append(1, {"range_test/lr": 0.1, "range_test/loss": 1.0, "range_test/smoothed": 1.0})
    store.append(2, {"lr": 0.1, **metrics})
    store.write_status(Status(state))
    assert finish.suggested_rates(record) == said


def test_the_suggested_rate_stands_above_the_report(play, monkeypatch):
    monkeypatch.setattr(finish, "suggested_rates", lambda record: ["range test: 0.1 of 1"])
    lines = play().out.splitlines()
    assert lines[lines.index("range test: 0.1 of 1") + 1] == "report: record/report.html"


def test_a_stopped_command_says_how_to_go_on(play):
    out = play(stop=signal.SIGTERM).out
    assert "descent resume record" in out


def test_the_record_holds_the_plan_the_command_and_the_time(play, tmp_path):
    play("--size", "7", "--seeds", "2,3")
    record = Record.open(tmp_path / "record")
    assert record.plan.runs == {"one": [2, 3]}
    assert record.plan.overrides == {"size": 7}
    assert record.plan.folder == str(tmp_path / "my_own")
    provenance = record.read_provenance()
    assert provenance["command"][:2] == ["descent", "run"]
    assert provenance["finished"]
    assert provenance["seconds"] >= 0


def test_pauses_do_not_count(play, tmp_path, monkeypatch, capsys):
    play(stop=signal.SIGTERM)
    record = Record.open(tmp_path / "record")
    record.update_provenance({"seconds": 100.0, "started": "2020-01-01T00:00:00+00:00"})
    assert main(["resume", "record"]) == 143
    assert 100 <= Record.open(tmp_path / "record").read_provenance()["seconds"] < 160


def test_a_second_record_in_the_same_place_is_refused(play):
    assert play().code == 0
    again = play()
    assert again.code == 2
    assert "record is a record already" in again.err
