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


def weights(run):
    return load(all_checkpoints(run.checkpoints)[0])["state_dict"]


def in_this_process(folder, record):
    """The run of a record, trained on one device."""
    settings = ParitySettings.model_validate(record.plan.variants["plain"].settings)
    alone = {"devices": 1, "strategy": "auto"}
    settings = settings.model_copy(update={"trainer": settings.trainer.model_copy(update=alone)})
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
    """Batches of 5 and 2 make uneven shares; dropout is off, since each process draws its own."""
    plain = ("--dropout", "0", "--batch_size", "5")
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
    for row, other in zip(ones, twos, strict=True):
        assert all(abs(row[key] - other[key]) < 1e-5 for key in row)
    parts = [path.name.rsplit("-", 1)[1] for path in run.folder.rglob("offline-run-*")]
    assert len(parts) > 1 and len(set(parts)) == 1, "one W&B run, in a part for each command"
