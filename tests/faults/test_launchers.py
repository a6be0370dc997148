"""Runs whose processes torchrun or SLURM start: the same weights as on one device, one record."""

import os
import signal
import socket
import subprocess
import sys

import pytest
import torch

from research.records.run_store import RunStore
from research.records.store import Record
from research.settings.document import read_document
from research.training.checkpoints import all_checkpoints, load
from tests.faults.conftest import PARITY, ROOT, wait_for
from tests.faults.die_in_training import trainer_of
from tests.faults.sweeps import NAME, SEARCHED, noted, table_of, url_of
from tests.parity.module import Parity
from tests.parity.settings import ParitySettings

SCRIPTS = ROOT / "scripts"
STEPS = 80
SPLIT = (
    "--dropout", "0", "--batch_size", "5", "--micro_batch_size", "2", "--trainer.max_steps", STEPS,
    "--trainer.strategy", "ddp",
)  # fmt: skip
"""Batches of 5 and 2 make uneven shares; dropout is off, since each process draws its own."""


@pytest.fixture
def launched(descent):
    """How to start a script, with SLURM's commands and ranks that need not import torch."""
    python = descent.folder / "python"
    words = ["-m", "tests.warm_python", *descent.command[1:]] if descent.command[1:] else []
    python.write_text(f'#!/bin/sh\nexec {" ".join([sys.executable, *words])} "$@"\n')
    python.chmod(0o755)
    own = {
        "PYTHON": str(python),
        "PYTHON_EXEC": str(python),
        "PYTHONPATH": str(ROOT),
        "PATH": f"{ROOT / 'tests' / 'slurm_stand_in'}:{os.environ['PATH']}",
    }

    def start(*command, **environment):
        return subprocess.Popen(
            ["bash", "-c", '"$0" "$@"', *map(str, command)],
            cwd=descent.folder,
            env={**os.environ, **own, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    return start


def said_by(process):
    out, _ = process.communicate(timeout=120)
    return out


def free_port():
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return str(held.getsockname()[1])


def prepare(descent, *settings):
    """A record with nothing trained."""
    words = ("--out", "record", "--wandb", "off", "--prepare", *SPLIT, *settings)
    prepared = descent("run", PARITY, *words)
    assert prepared.returncode == 0 and "prepared: record" in prepared.stdout, prepared.stderr
    run = descent.run_of("record")
    assert not run.metrics() and run.status().state == "waiting"
    return run


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The same run in this process, on one device, each batch at once."""
    data = read_document(PARITY / "parity.yaml").data["settings"]
    data["trainer"] |= {"max_steps": STEPS}
    settings = ParitySettings.model_validate({**data, "dropout": 0, "batch_size": 5})
    store = RunStore(tmp_path_factory.mktemp("alone"), "plain", 0)
    trainer_of(store, settings).fit(Parity(settings, seed=0))
    return store


def weights(run):
    return load(all_checkpoints(run.checkpoints)[0])["state_dict"]


def assert_equal(run, alone, folder):
    assert run.status().state == "done" and run.status().pid == 0
    for name, expected in weights(alone).items():
        torch.testing.assert_close(weights(run)[name], expected, atol=1e-6, rtol=1e-6)
    ones, others = alone.metrics(), run.metrics()
    assert [row["step"] for row in ones] == [row["step"] for row in others]
    for row, other in zip(ones, others, strict=True):
        assert row.keys() == other.keys() and all(abs(row[k] - other[k]) < 1e-5 for k in row)
    assert Record.open(folder / "record").report.exists()


def test_torchrun_over_two_machines_equals_one_device(descent, launched, alone):
    """Both are this machine; on each the only process is the first one of that machine."""
    run = prepare(descent, "--trainer.nodes", "2")
    refused = descent("resume", "record")
    assert refused.returncode == 2 and "plain seed 0 has trainer.nodes 2" in refused.stderr
    script = (SCRIPTS / "torchrun_run.sh", "record")
    lonely = launched(*script, MASTER_ADDR="")
    assert "plain seed 0 is over 2 machines" in said_by(lonely) and lonely.returncode
    where = {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": free_port()}
    machines = [launched(*script, NODE_RANK=str(rank), **where) for rank in range(2)]
    for machine in machines:
        out = said_by(machine)
        assert machine.returncode == 0, out
    assert_equal(run, alone, descent.folder)


def test_slurm_job_that_is_stopped_and_submitted_again_equals_one_device(descent, launched, alone):
    """Its tasks find their ranks, are asked to stop together, and go on from their checkpoint."""
    run = prepare(descent, "--trainer.devices", "2", "--trainer.accelerator", "cpu")
    submit = ("sbatch", SCRIPTS / "slurm_run.sh", "record")
    first = launched(*submit, PARITY_WAIT="0.1")
    wait_for(lambda: run.status().step > 20 or first.poll() is not None)
    second = descent("resume", "record")
    assert second.returncode == 2 and "is in use by another command" in second.stderr
    os.kill(run.status().pid, signal.SIGTERM)
    out = said_by(first)
    assert first.returncode == 128 + signal.SIGTERM, out
    assert run.status().state == "interrupted" and 20 < run.status().step < STEPS
    again = launched(*submit)
    out = said_by(again)
    assert again.returncode == 0, out
    assert_equal(run, alone, descent.folder)
    assert Record.open(descent.folder / "record").read_provenance()["seconds"] > 0


def test_slurm_array_works_on_a_study(descent, launched):
    """Each element is a worker, whatever makes it a rank of something."""
    folder = descent.folder / "study"
    words = ("--study", NAME, "--out", "study", "--sampler", "grid", "--wandb", "off")
    space = ("--space.place", "0,1,2,3", "--space.optimizer.lr", "none")
    made = descent("sweep", SEARCHED, *words, *space, "--prepare")
    assert made.returncode == 0 and not (folder / "trials").exists(), made.stderr
    words = ("--study", NAME, "--storage", url_of(folder), "--workers", 1, "--out", folder)
    submit = ("sbatch", "--array=0-1", SCRIPTS / "slurm_sweep.sh", *words)
    ranked = {"RANK": "1", "LOCAL_RANK": "1", "WORLD_SIZE": "2", "TORCHELASTIC_RUN_ID": "1"}
    array = launched(*submit, **ranked)
    out = said_by(array)
    assert array.returncode == 0, out
    assert [row.state for row in table_of(folder).trials] == ["complete"] * 4
    assert noted(folder, "attempts") == [1] * 4
