"""The process that runs are forked from: it saves imports, and no run depends on its life."""

import os
import signal
import sys
from pathlib import Path

import pytest

from research.training.checkpoints import all_checkpoints
from tests.faults.conftest import PARITY, Descent, wait_for, what_came_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="runs are forked on Linux only")


def parent_of(pid):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_runs_go_on_when_it_is_killed(tmp_path, uninterrupted):
    """The first run was forked from it and ends as if nothing had been; the next starts anew."""
    descent = Descent(tmp_path)  # which imports everything itself, as outside of tests
    command = ("run", PARITY, "--out", "record", "--wandb", "off", "--seeds", "0,1")
    process = descent.start(*command, "--workers", "1")
    wait_for((descent.folder / "record" / "runs" / "plain" / "0").exists)
    first, second = descent.run_of("record"), descent.run_of("record", seed=1)
    wait_for(lambda: first.status().state == "running")
    server = parent_of(first.status().pid)
    assert "fork_server" in Path(f"/proc/{server}/cmdline").read_text()
    os.kill(server, signal.SIGKILL)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, ""), out
    assert what_came_of(first) == uninterrupted
    assert second.status().state == "done" and all_checkpoints(second.checkpoints)
