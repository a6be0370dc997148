"""The processes of a launcher whose disk is full."""

import os
import resource
import signal
import subprocess
from contextlib import contextmanager

import pytest

from experiments.command_line.launch import Child, Pool
from experiments.command_line.run_process import Job, Starter
from research.records.plan import Plan, VariantPlan
from research.records.status import Status
from research.records.store import Record


@contextmanager
def without_room():
    """A limit on the size of files stands for a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def record(tmp_path):
    plan = Plan(
        experiment="grokking",
        folder=None,
        preset="smoke",
        overrides={},
        threads=1,
        wandb="off",
        variants={"one": VariantPlan(label="One", settings={})},
        runs={"one": [0]},
    )
    return Record.create(tmp_path / "record", plan, {})


def test_the_pipe_of_a_run_is_closed_once_where_the_disk_takes_no_status(record, tmp_path):
    """Closed again it would be another file's, and its error would hide what is wrong."""
    [run] = record.runs()
    run.write_status(Status("running", pid=1))
    pool = Pool(Starter(record.plan, print), 1)
    process = subprocess.Popen(["false"])
    process.wait()
    lifeline = os.open(tmp_path / "pipe", os.O_WRONLY | os.O_CREAT)
    pool.slots[0] = Child(Job(record, run, 0), process, lifeline)
    with without_room(), pytest.raises(OSError, match="File too large"):
        pool.advance([])
    with (tmp_path / "another").open("w") as another:
        pool.stop(signal.SIGTERM)
        os.fstat(another.fileno())
    assert pool.busy == 0
