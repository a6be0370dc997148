"""kill -9, SIGTERM and SIGINT: the resumed run equals the one that was left alone, to the bit."""

import random
import re
import signal

from research.training.checkpoints import all_checkpoints
from tests.faults.conftest import PARITY, SEEDS, kill_everything, wait_for, what_came_of


def assert_equal_to(uninterrupted, run):
    assert run.status().state == "done"
    assert what_came_of(run) == uninterrupted


def test_kill_at_a_step_and_resume(descent, left_alone):
    """Before the first checkpoint, in mid-epoch, at a checkpoint, after it, at the end.

    Each seed is killed at another step; all are run, and then resumed, by one command.
    """
    steps = [7, 79, 120, 121, 199]
    assert len(steps) == SEEDS
    kill_at = ",".join(map(str, steps))
    killed = descent.parity("record", "--seeds", f"0-{SEEDS - 1}", PARITY_KILL_AT=kill_at)
    runs = [descent.run_of("record", seed=seed) for seed in range(SEEDS)]
    assert killed.returncode == 1
    assert "Traceback" not in killed.stderr
    for run, step in zip(runs, steps, strict=True):
        assert run.status().state == "failed" and "SIGKILL" in run.status().message
        last = max((row["step"] for row in run.metrics()), default=0)
        assert last <= step, "it was killed where it was to be"
    checkpoints = [len(all_checkpoints(run.checkpoints)) for run in runs]
    assert checkpoints[0] == 0 and all(checkpoints[1:])
    resumed = descent("resume", "record")
    assert resumed.returncode == 0, resumed.stderr
    for run, alone in zip(runs, left_alone, strict=True):
        assert_equal_to(alone, run)


def test_kill_of_command_and_run_at_a_random_moment(descent, uninterrupted):
    process = descent.start("run", PARITY, "--out", "record", "--wandb", "off")
    wait_for((descent.folder / "record" / "runs" / "plain" / "0").exists)
    run, step = descent.run_of("record"), random.Random().randrange(1, 180)
    wait_for(lambda: run.status().pid and any(row["step"] >= step for row in run.metrics()))
    kill_everything(process, run)
    resumed = descent("resume", "record")
    assert resumed.returncode == 0, resumed.stderr
    assert_equal_to(uninterrupted, run)


def test_a_killed_command_leaves_no_run_behind(descent):
    """Another is refused, and the first does not notice; then it is killed.

    The process that trains notices, writes a checkpoint and goes; the record is free again.
    """
    command = ("run", PARITY, "--out", "record", "--wandb", "off", "--trainer.max_steps", 10**6)
    process = descent.start(*command)
    wait_for((descent.folder / "record" / "runs" / "plain" / "0").exists)
    run = descent.run_of("record")
    wait_for(lambda: run.status().step > 50)
    second = descent("resume", "record")
    assert second.returncode == 2
    assert "in use by another command" in second.stderr and second.stderr.count("\n") == 1
    seen = run.status()
    assert seen.state == "running"
    wait_for(lambda: run.status().step > seen.step)
    process.kill()
    process.communicate()
    wait_for(lambda: run.status().state == "interrupted")
    assert all_checkpoints(run.checkpoints)


def test_signals_stop_with_a_checkpoint(descent, uninterrupted):
    """SIGTERM stops the run, SIGINT what goes on with it, and a third command ends it."""
    record = descent.folder / "record"
    first = ("run", PARITY, "--out", "record", "--wandb", "off")
    for number, command in ((signal.SIGTERM, first), (signal.SIGINT, ("resume", "record"))):
        process = descent.start(*command, PARITY_WAIT="0.02")
        wait_for((record / "runs" / "plain" / "0").exists)
        run = descent.run_of("record")
        wait_for(lambda run=run: run.status().state == "running")
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
        assert process.returncode == 128 + number
        assert "descent resume record" in out and not err
        status = run.status()
        assert status.state == "interrupted" and signal.Signals(number).name in status.message
        newest = all_checkpoints(run.checkpoints)
        assert not newest or int(re.findall(r"\d+", newest[0].name)[0]) == status.step
    assert descent("resume", "record").returncode == 0
    assert_equal_to(uninterrupted, run)
