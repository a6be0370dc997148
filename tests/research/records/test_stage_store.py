"""A run of several stages: its status is that of the stage it is in, its rows are those of all."""

import dataclasses

import pytest

from research.records.display import RunProgress, line, render
from research.records.errors import RecordError
from research.records.run_store import RunStore
from research.records.stage_store import write_stages
from research.records.status import Status


@pytest.fixture
def run(tmp_path):
    store = RunStore(tmp_path / "run", "plain", 3)
    write_stages(store, ("first", "second"))
    return store


def test_stages_are_noted_once_and_never_changed(run):
    write_stages(run, ("first", "second"))
    assert run.stages() == ("first", "second")
    with pytest.raises(RecordError, match=r"stages\.json has first, second, expected first, third"):
        write_stages(run, ("first", "third"))
    assert RunStore(run.folder / "first", "plain", 3).stages() == ()


@pytest.mark.parametrize("text", ["{", "3", "[1]", '"first"'])
def test_a_damaged_list_of_stages_is_named(run, text):
    (run.folder / "stages.json").write_text(text)
    with pytest.raises(RecordError, match=r"stages\.json"):
        run.stages()


def test_the_run_goes_on_until_its_last_stage_is_done(run):
    first, second = run.stage("first"), run.stage("second")
    assert run.status() == first.status() == Status("waiting")
    first.write_status(Status("running", 3, 9, seconds=1.5, metrics={"train/loss": 2.0}, pid=7))
    assert (run.status().state, run.status().stage, run.status().step) == ("running", "first", 3)
    first.write_status(Status("done", 9, 9, seconds=2.0, metrics={"train/loss": 1.0}))
    assert run.status().state == "running" and first.status().state == "done"
    second.write_status(Status("running", 1, 4, seconds=0.5, pid=8))
    status = run.status()
    assert (status.stage, status.step, status.max_steps, status.pid) == ("second", 1, 4, 8)
    assert status.seconds == 2.5 and status.metrics == {"train/loss": 1.0}
    second.write_status(Status("done", 4, 4, seconds=1.0))
    assert (run.status().state, run.status().seconds) == ("done", 3.0)


@pytest.mark.parametrize("state", ["failed", "diverged", "interrupted"])
def test_how_a_stage_ends_early_is_how_the_run_does(run, state):
    run.stage("first").write_status(Status(state, 5, 9, "that is why"))
    assert (run.status().state, run.status().message) == (state, "first: that is why")
    assert run.stage("first").status().message == "that is why"


def test_the_rows_of_a_run_are_those_of_all_stages(run):
    assert run.metrics() == []
    run.stage("first").append(2, {"loss": 1.0})
    run.stage("first").append(4, {"loss": 0.5})
    run.stage("second").append(2, {"loss": 7.0})
    assert run.metrics() == [
        {"step": 2, "first/loss": 1.0, "second/loss": 7.0},
        {"step": 4, "first/loss": 0.5},
    ]
    assert run.column("second/loss")[1].tolist() == [7.0]
    assert run.stage("second").metrics() == [{"step": 2, "loss": 7.0}]


def test_the_display_shows_the_stage_of_a_run_that_is_in_one():
    running = Status("running", 3, 9, stage="first")
    progress = RunProgress("plain", 3, running)
    assert line(progress) == "plain seed 3: running, first at step 3 of at most 9"
    assert render([progress]).columns[2]._cells[0].plain == "first"
    done = RunProgress("plain", 3, dataclasses.replace(running, state="done"))
    assert render([done]).columns[2]._cells[0].plain == "done" and "first" not in line(done)
