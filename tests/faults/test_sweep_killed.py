"""kill -9 of a whole search, of one of its workers and of one of its runs: nothing is lost, and
nothing that was done is done again."""

import os
import signal
from contextlib import suppress

import pytest

from tests.faults.conftest import wait_for
from tests.faults.sweeps import (
    NAME,
    SEARCHED,
    STEPS,
    complete,
    descent_here,
    make_study,
    noted,
    records_of,
    results_of,
    runs_of,
    steps_of,
    table_of,
    training,
    url_of,
    work_here,
)

TRIALS = 5
SPACE = {"space__place": "none", "space__hidden": "8..24 integer"}
FLAGS = ("--space.place", "none", "--space.hidden", "8..24 integer")
SWEEP = ("sweep", SEARCHED, "--study", NAME, "--trials", TRIALS, "--wandb", "off", *FLAGS)
OTHER = (*SWEEP[:-1], "8..32 integer")


@pytest.fixture(scope="module")
def left_alone(tmp_path_factory, descent_command):
    """What the search finds that is killed below: one worker, one trial after the other."""
    folder = tmp_path_factory.mktemp("alone")
    make_study(folder, sampler="random", trials=TRIALS, **SPACE)
    assert work_here(folder, descent_command) == 0
    return results_of(folder)


def drawn_at(folder):
    """When each figure of the report was drawn."""
    return {path: path.stat().st_mtime_ns for path in (folder / "figures").iterdir()}


def kill(*pids):
    for pid in pids:
        if pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def test_a_search_is_killed_and_the_same_command_goes_on(
    descent, descent_command, left_alone, monkeypatch, capsys
):
    """Four at a time, killed, interrupted, and then done: the same table as one at a time gives.

    Trials that were done before are not trained again, the others go on from their checkpoints.
    """
    folder, steps = descent.folder / "study", descent.folder / "steps"
    command = (*SWEEP, "--out", folder)
    process = descent.start(*command, "--workers", 4, SEARCHED_WAIT="0.1")
    wait_for(lambda: len(training(folder)) == 4)
    os.kill(process.pid, signal.SIGKILL)
    kill(*(run.status().pid for run in runs_of(folder).values()))
    process.communicate()
    assert [row.state for row in table_of(folder).trials].count("running") >= 3
    stopped = descent.start(*command, "--workers", 4, SEARCHED_WAIT="0.1")
    wait_for(lambda: complete(folder) >= 2)
    wait_for(lambda: training(folder))
    stopped.send_signal(signal.SIGINT)
    out, err = stopped.communicate(timeout=60)
    assert (stopped.returncode, err) == (128 + signal.SIGINT, "")
    assert "go on with the same command" in out
    states = [row.state for row in table_of(folder).trials]
    done = [number for number, state in enumerate(states) if state == "complete"]
    assert 2 <= len(done) < TRIALS and set(states) == {"complete", "waiting"}
    before = {number: record.read_provenance() for number, record in records_of(folder).items()}

    monkeypatch.setenv("SEARCHED_STEPS", str(steps))
    assert descent_here(descent_command, *command, "--workers", 2) == 0
    assert results_of(folder) == left_alone
    after = records_of(folder)
    assert all(after[number].read_provenance() == before[number] for number in done)
    taken = steps.read_text().splitlines()
    assert len(taken) < STEPS * (TRIALS - len(done)), "one went on from its checkpoint"
    drawn = drawn_at(folder)
    capsys.readouterr()
    assert descent_here(descent_command, *command, "--workers", 2) == 0
    assert f"{TRIALS} of {TRIALS} complete" in capsys.readouterr().out
    assert steps.read_text().splitlines() == taken
    assert drawn and drawn_at(folder) == drawn
    assert descent_here(descent_command, *OTHER, "--out", folder) == 2
    said = capsys.readouterr().err
    assert "space.hidden" in said and "study searched is another one" in said


def test_one_worker_and_one_run_of_another_are_killed(descent):
    """The one that is left does everything, each trial once."""
    folder, steps = descent.folder / "study", descent.folder / "steps"
    make_study(folder, space__place=list(range(TRIALS)), space__optimizer__lr="none")
    command = ("worker", "--study", NAME, "--storage", url_of(folder), "--workers", 2)
    slow = {"SEARCHED_WAIT": "0.1", "SEARCHED_STEPS": str(steps)}
    first, second = (descent.start(*command, **slow) for _ in range(2))
    wait_for(lambda: len(training(folder)) == 4)
    statuses = training(folder)
    owners = [owner and owner["pid"] for owner in noted(folder, "owner")]
    shot = next(number for number in statuses if owners[number] == first.pid)
    lost = [number for number in statuses if owners[number] == second.pid]
    kill(statuses[shot].pid, second.pid)
    second.communicate()
    out, err = first.communicate(timeout=60)
    assert (first.returncode, err) == (0, "")
    assert f"trial {shot}: its process ended with SIGKILL" in out
    assert len(lost) == 2 and all(f"trial {each}: its worker is gone" in out for each in lost)
    assert [row.state for row in table_of(folder).trials] == ["complete"] * TRIALS
    attempts = noted(folder, "attempts")
    assert attempts == [2 if number in (shot, *lost) else 1 for number in range(TRIALS)]
    assert noted(folder, "kills")[shot] == 1
    for number, taken in steps_of(steps).items():
        rows = [row["step"] for row in records_of(folder)[number].runs()[0].metrics()]
        assert len(rows) == len(set(rows)) and rows[-1] == STEPS
        again = len(taken) - STEPS
        assert again == 0 if attempts[number] == 1 else 0 <= again <= 10
