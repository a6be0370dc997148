"""Damaged files, full disks, NaN: said in one line, and nothing else is lost."""

import itertools
import multiprocessing
import os
import resource
import signal
import tempfile
import time

import pytest
import torch

from research.records.store import Record
from research.training.checkpoints import (
    DurableCheckpointIO,
    all_checkpoints,
    file_name,
    newest_valid,
)
from tests.faults.conftest import wait_for, what_came_of


def write_for_ever(folder):
    """Files in a temporary folder elsewhere would make the rename a copy; ours lie near."""
    tempfile.tempdir = "/dev/shm"
    weights = torch.zeros(3_000_000)
    for step in itertools.count():
        content = {"state_dict": {"w": weights + step}, "global_step": step}
        DurableCheckpointIO().save_checkpoint(content, folder / file_name(step % 3))


def test_truncated_checkpoint_is_named_and_the_older_one_used(descent, killed, uninterrupted):
    newest, older = all_checkpoints(killed.checkpoints)
    os.truncate(newest, newest.stat().st_size - 100)
    assert descent("resume", "record").returncode == 0
    assert what_came_of(killed) == uninterrupted
    warnings = Record.open(descent.folder / "record").warnings()
    assert len(warnings) == 1 and str(newest) in warnings[0]
    assert f"went on from step {int(older.stem[5:])}" in warnings[0]


def test_no_checkpoint_left_is_a_clear_error(descent, killed):
    for path in all_checkpoints(killed.checkpoints):
        path.write_bytes(b"nothing")
    before = killed.metrics()
    resumed = descent("resume", "record")
    assert resumed.returncode == 1
    assert "none of 2 checkpoints can be used" in resumed.stdout
    assert "Traceback" not in resumed.stdout + resumed.stderr
    assert killed.metrics() == before


# A worker of pytest-xdist has threads, which newer Pythons warn of; the children use none of them.
@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("attempt", range(4))
def test_kill_while_checkpoints_are_written(tmp_path, attempt):
    writer = multiprocessing.get_context("fork").Process(target=write_for_ever, args=[tmp_path])
    writer.start()
    wait_for(lambda: all_checkpoints(tmp_path) or not writer.is_alive())
    time.sleep(0.05 + 0.037 * attempt)
    writer.kill()
    writer.join()
    assert writer.exitcode == -signal.SIGKILL
    found = newest_valid(tmp_path)
    assert found.path is not None and not found.damaged


def test_torn_last_line_of_the_metrics_is_repaired(descent, killed, uninterrupted):
    with killed.metrics_file.open("a") as file:
        file.write('{"step": 151, "batch/lo')
    assert descent("resume", "record").returncode == 0
    assert what_came_of(killed) == uninterrupted


def test_torn_middle_of_the_metrics_is_refused_with_file_and_line(descent, killed):
    lines = killed.metrics_file.read_text().splitlines(keepends=True)
    killed.metrics_file.write_text("".join([*lines[:3], '{"step": 9, "ba\n', *lines[3:]]))
    resumed = descent("resume", "record")
    assert resumed.returncode != 0
    assert "metrics.jsonl:4" in resumed.stdout + resumed.stderr
    assert "Traceback" not in resumed.stdout + resumed.stderr


def test_disk_full(descent):
    """Some 55 kB of metrics do not fit; checkpoints of 25 kB do."""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    full = descent.parity("record", "--trainer.max_steps", 2000, file_size=30_000)
    assert full.returncode == 1
    assert "Traceback" not in full.stdout + full.stderr
    run = descent.run_of("record")
    status = run.status()
    assert status.state == "failed" and "File too large" in status.message
    assert "\n" not in status.message
    rows = run.metrics()
    assert rows and rows[-1]["step"] <= status.step
    assert newest_valid(run.checkpoints).damaged == []
    assert newest_valid(run.checkpoints).step >= 100


def test_a_diverging_run_is_named_with_its_step_and_the_other_goes_on(descent):
    done = descent.parity("record", "--variants", "hot,plain", "--workers", "1")
    assert done.returncode == 0, done.stderr
    hot, plain = descent.run_of("record", "hot"), descent.run_of("record", "plain")
    assert hot.status().state == "diverged"
    assert f"at step {hot.status().step}" in hot.status().message
    assert 1 < hot.status().step <= 20
    assert plain.status().state == "done" and plain.status().step == 200
    assert "hot seed 0: diverged at step" in done.stdout
    assert all(path.stat().st_size for path in (descent.folder / "record/figures").iterdir())
