"""One run on two devices: the same weights as on one, one record, one W&B run."""

import os
import signal

import torch

from research.training.checkpoints import all_checkpoints, load
from tests.faults.conftest import PARITY, wait_for

DDP = ("--trainer.devices", "2", "--trainer.strategy", "ddp", "--trainer.accelerator", "cpu")


def weights(run):
    return load(all_checkpoints(run.checkpoints)[0])["state_dict"]


def test_two_processes_equal_one(descent):
    """Batches of 5 and 2 make uneven shares; dropout is off, since each process draws its own."""
    plain = ("--dropout", "0", "--batch_size", "5")
    assert descent.parity("one", *plain).returncode == 0
    command = ("run", PARITY, "--out", "two", "--wandb", "offline")
    two = descent(*command, *plain, *DDP)
    assert two.returncode == 0, two.stdout + two.stderr
    one_run, two_run = descent.run_of("one"), descent.run_of("two")
    for name, expected in weights(one_run).items():
        torch.testing.assert_close(weights(two_run)[name], expected, atol=1e-6, rtol=1e-6)
    ones, twos = one_run.metrics(), two_run.metrics()
    assert [row["step"] for row in ones] == [row["step"] for row in twos]
    assert [sorted(row) for row in ones] == [sorted(row) for row in twos]
    for row, other in zip(ones, twos, strict=True):
        assert all(abs(row[key] - other[key]) < 1e-5 for key in row)
    names = {path.name.rsplit("-", 1)[1] for path in two_run.folder.rglob("offline-run-*")}
    assert len(names) == 1


def test_two_processes_stop_together_and_resume(descent):
    """The signal reaches only one of them; the other must not wait for it for ever."""
    command = ("run", PARITY, "--out", "record", "--wandb", "off", "--trainer.max_steps", 3000)
    process = descent.start(*command, *DDP)
    wait_for((descent.folder / "record" / "runs" / "plain" / "0").exists)
    run = descent.run_of("record")
    wait_for(lambda: run.status().step > 20)
    os.kill(run.status().pid, signal.SIGTERM)
    out, _ = process.communicate(timeout=90)
    assert process.returncode == 1
    assert "plain seed 0 interrupted" in out
    assert run.status().state == "interrupted"
    assert descent("resume", "record").returncode == 0
    assert run.status().state == "done" and run.status().step == 3000
