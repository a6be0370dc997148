"""One run on two devices: the same weights as on one, one record, one W&B run."""

import os
import signal

import torch

from research.records.run_store import RunStore
from research.records.store import Record
from research.training.checkpoints import all_checkpoints, load
from tests.faults.conftest import PARITY, wait_for
from tests.faults.die_in_training import trainer_of
from tests.parity.module import Parity
from tests.parity.settings import ParitySettings

DDP = ("--trainer.devices", "2", "--trainer.strategy", "ddp", "--trainer.accelerator", "cpu")
BY_CLASS = ("--watch.per_class_loss.batch_accuracy", "true", "--trainer.flush_every", "7")
"""Seven steps at a time: the signal is heard between two evaluations, with sums at hand."""


def weights(run):
    return load(all_checkpoints(run.checkpoints)[0])["state_dict"]


def in_this_process(folder, record):
    """The run of a record, trained on one device, each batch at once."""
    settings = ParitySettings.model_validate(record.plan.variants["plain"].settings)
    alone = {"devices": 1, "strategy": "auto"}
    trainer = settings.trainer.model_copy(update=alone)
    settings = settings.model_copy(update={"trainer": trainer, "micro_batch_size": None})
    store = RunStore(folder / "one", "plain", 0)
    trainer_of(store, settings).fit(Parity(settings, seed=0))
    return store


def stop_when_it_has_begun(descent, process):
    """The signal reaches only one of the two; the other must not wait for it for ever."""
    wait_for((descent.folder / "two" / "runs" / "plain" / "0").exists)
    run = descent.run_of("two")
    wait_for(lambda: run.status().step > 20)
    os.kill(run.status().pid, signal.SIGTERM)
    out, _ = process.communicate(timeout=90)
    assert process.returncode == 1
    assert "plain seed 0 interrupted" in out
    assert run.status().state == "interrupted"
    return run


def test_two_processes_that_stop_together_and_resume_equal_one(descent):
    """Batches of 5 and 2 make uneven shares; dropout is off, since each process draws its own.

    A share of 3 is taken in parts of 2 and 1. Losses by class are summed over both processes.
    """
    plain = ("--dropout", "0", "--batch_size", "5", "--micro_batch_size", "2", *BY_CLASS)
    command = ("run", PARITY, "--out", "two", "--wandb", "offline")
    run = stop_when_it_has_begun(descent, descent.start(*command, *plain, *DDP, PARITY_WAIT="0.05"))
    assert 20 < run.status().step < 200
    resumed = descent("resume", "two")
    assert resumed.returncode == 0, resumed.stdout + resumed.stderr
    assert run.status().state == "done" and run.status().step == 200
    one_run = in_this_process(descent.folder, Record.open(descent.folder / "two"))
    for name, expected in weights(one_run).items():
        torch.testing.assert_close(weights(run)[name], expected, atol=1e-6, rtol=1e-6)
    ones, twos = one_run.metrics(), run.metrics()
    assert [row["step"] for row in ones] == [row["step"] for row in twos]
    assert [sorted(row) for row in ones] == [sorted(row) for row in twos]
    assert "per_class/batch/accuracy/group_02" in ones[-1]
    for row, other in zip(ones, twos, strict=True):
        assert all(abs(row[key] - other[key]) < 1e-5 for key in row)
    parts = [path.name.rsplit("-", 1)[1] for path in run.folder.rglob("offline-run-*")]
    assert len(parts) > 1 and len(set(parts)) == 1, "one W&B run, in a part for each command"
