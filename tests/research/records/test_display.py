import io

import pytest
from rich.console import Console

from research.records import display
from research.records.display import LiveDisplay, RunProgress, line, render
from research.records.status import Status
from research.records.store import Plan, Record, VariantPlan

RUNNING = Status(
    "running", 500, 2000, "", 50, 10, {"train/loss": 1.25e-3, "validation/accuracy": 0.5}
)


@pytest.fixture
def record(tmp_path):
    plan = Plan(
        experiment="x",
        variants={"small-wd1": VariantPlan(label="", settings={})},
        runs={"small-wd1": [0, 1]},
    )
    return Record.create(tmp_path / "r", plan, {})


def shown(table, width=120):
    console = Console(width=width, file=io.StringIO())
    console.print(table)
    return console.file.getvalue()


def test_the_table_has_progress_loss_accuracy_speed_and_time_left():
    text = shown(render([RunProgress("small-wd1", 3, RUNNING)]))
    for part in ("small-wd1", "3", "running", "500", "1.25e-03", "50.0%", "50", "≤ 0:30"):
        assert part in text


@pytest.mark.parametrize(
    "status",
    [
        Status("waiting"),
        Status("diverged", 5, 10, "NaN", metrics={"train/loss": float("nan")}),
        Status("running", steps_per_second=float("nan")),
        Status("running", 1, 10**9, steps_per_second=1e-300),
        Status("done", 5, 10),
    ],
)
def test_any_status_can_be_shown(status):
    assert status.state in shown(render([RunProgress("a[b]", 0, status)]))
    assert line(RunProgress("a", 0, status)).startswith(f"a seed 0: {status.state}")


def test_a_pipe_gets_a_line_when_a_state_changes_and_every_ten_seconds(record, monkeypatch):
    moment = [100.0]
    monkeypatch.setattr(display.time, "monotonic", lambda: moment[0])
    console = Console(file=io.StringIO(), width=40)
    with LiveDisplay(record, console) as live:
        assert console.file.getvalue() == ""
        record.run("small-wd1", 0).write_status(RUNNING)
        live.refresh()
        live.refresh()
        assert console.file.getvalue().count("\n") == 1
        moment[0] += 9.9
        live.refresh()
        assert console.file.getvalue().count("\n") == 1
        moment[0] += 0.2
        live.refresh()
        assert console.file.getvalue().count("\n") == 2
        record.run("small-wd1", 0).write_status(Status("diverged", 600, 2000, "NaN at step 600"))
    lines = console.file.getvalue().splitlines()
    assert lines[0] == (
        "small-wd1 seed 0: running at step 500 of at most 2,000, train loss 1.25e-03,"
        " validation accuracy 50.0%, 50 steps/s, ≤ 0:30 left"
    )
    assert lines[2] == "small-wd1 seed 0: diverged at step 600, 0 s: NaN at step 600"
    assert len(lines) == 3


def test_a_terminal_gets_a_table(record):
    console = Console(file=io.StringIO(), width=100, force_terminal=True)
    record.run("small-wd1", 1).write_status(RUNNING)
    with LiveDisplay(record, console):
        pass
    text = console.file.getvalue()
    assert "train loss" in text
    assert "waiting" in text
