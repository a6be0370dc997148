"""A sweep on a Ray cluster that loses a machine on the way."""

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress

import pytest

from tests import ray_cluster
from tests.faults.conftest import ROOT, wait_for
from tests.faults.sweeps import (
    NAME,
    SEARCHED,
    STEPS,
    make_study,
    noted,
    records_of,
    results_of,
    steps_of,
    training,
    work_here,
)

TRIALS = 4
SWEEP = (
    "sweep", SEARCHED, "--study", NAME, "--out", "study", "--trials", TRIALS, "--wandb", "off",
    "--space.place", "none", "--space.hidden", "8..24 integer", "--workers", 2, "--engine", "ray",
)  # fmt: skip


@pytest.fixture
def cluster(descent):
    """Two machines, and the environment of who connects to them."""
    with tempfile.TemporaryDirectory(prefix="ray", dir="/tmp") as folder:
        own = ray_cluster.environment(folder)
        of_runs = {"SEARCHED_WAIT": "0.05", "SEARCHED_STEPS": str(descent.folder / "steps")}
        with subprocess.Popen(
            [sys.executable, "-m", "tests.ray_cluster"],
            cwd=descent.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **own, **of_runs},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            yield process, {**own, "RAY_ADDRESS": process.stdout.readline().strip()}
            process.stdin.close()


def lose_the_second_machine(process):
    """What was killed there."""
    process.stdin.write("\n")
    process.stdin.flush()
    return [int(pid) for pid in process.stdout.readline().split()[1:]]


def test_the_sweep_is_complete_though_a_machine_was_lost(descent, descent_command, cluster):
    """The same table as one worker gives here; the lost trial goes on from its checkpoint."""
    alone, folder = descent.folder / "alone", descent.folder / "study"
    space = {"space__place": "none", "space__hidden": "8..24 integer"}
    make_study(alone, sampler="random", trials=TRIALS, **space)
    assert work_here(alone, descent_command) == 0

    process, environment = cluster
    if descent.command[1:]:
        descent.command = ("tests.warm_ray", *descent.command[1:])
    sweep = descent.start(*SWEEP, **environment)
    wait_for(lambda: len(training(folder)) == 2 or sweep.poll() is not None, seconds=120)
    runs, owners = training(folder), noted(folder, "owner")
    killed = lose_the_second_machine(process)
    lost = [trial for trial in runs if owners[trial]["pid"] in killed]
    for trial in lost:
        with suppress(ProcessLookupError):  # it has stopped by itself, with its worker
            os.kill(runs[trial].pid, signal.SIGKILL)
    out, err = sweep.communicate(timeout=120)
    assert sweep.returncode == 0, out + err
    assert "a worker has ended" not in out, "the lost one was started again"
    assert results_of(folder) == results_of(alone)
    assert len(lost) == 1, "each machine had one run"
    attempts = noted(folder, "attempts")
    assert attempts == [2 if trial in lost else 1 for trial in range(TRIALS)]
    taken = steps_of(descent.folder / "steps")[0]
    again = len(taken) - TRIALS * STEPS
    assert 0 <= again <= 10, "steps since the last checkpoint, of the lost trial alone"
    for record in records_of(folder).values():
        rows = [row["step"] for row in record.runs()[0].metrics()]
        assert len(rows) == len(set(rows)) and rows[-1] == STEPS
