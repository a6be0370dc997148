"""kill -9, SIGTERM and SIGINT: the resumed run equals the one that was left alone, to the bit."""

import random
import re
import signal

import pytest

from research.training.checkpoints import all_checkpoints
from tests.faults.conftest import PARITY, kill_everything, wait_for, what_came_of


def assert_equal_to(uninterrupted, run):
    assert run.status().state == "done"
    assert what_came_of(run) == uninterrupted


@pytest.mark.parametrize("step", [7, 79, 120, 121, 199], ids="step {}".format)
def test_kill_at_a_step_and_resume(descent, uninterrupted, step):
    """Before the first checkpoint, in mid-epoch, at a checkpoint, after it, at the end."""
    killed = descent.parity("record", PARITY_KILL_AT=str(step))
    run = descent.run_of("record")
    assert killed.returncode == 1
    assert run.status().state == "failed" and "SIGKILL" in run.status().message
    assert "Traceback" not in killed.stderr
    resumed = descent("resume", "record")
    assert resumed.returncode == 0, resumed.stderr
    assert_equal_to(uninterrupted, run)


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
    """The process that trains notices, writes a checkpoint and goes; the record is free again."""
    command = ("run", PARITY, "--out", "record", "--wandb", "off", "--trainer.max_steps", 10**6)
    process = descent.start(*command)
    wait_for((descent.folder / "record" / "runs" / "plain" / "0").exists)
    run = descent.run_of("record")
    wait_for(lambda: run.status().step > 50)
    process.kill()
    process.communicate()
    wait_for(lambda: run.status().state == "interrupted")
    assert all_checkpoints(run.checkpoints)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_with_a_checkpoint(descent, uninterrupted, number):
    process = descent.start("run", PARITY, "--out", "record", "--wandb", "off")
    wait_for((descent.folder / "record" / "runs" / "plain" / "0").exists)
    run = descent.run_of("record")
    wait_for(lambda: run.status().state == "running")
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


def test_two_commands_on_one_record(descent):
    """The second is refused, and the first does not notice."""
    command = ("run", PARITY, "--out", "record", "--wandb", "off", "--trainer.max_steps", 10**6)
    process = descent.start(*command)
    wait_for((descent.folder / "record" / "runs" / "plain" / "0").exists)
    run = descent.run_of("record")
    wait_for(lambda: run.status().state == "running")
    second = descent("resume", "record")
    assert second.returncode == 2
    assert "in use by another command" in second.stderr and second.stderr.count("\n") == 1
    process.terminate()
    process.communicate()
    assert process.returncode == 143
