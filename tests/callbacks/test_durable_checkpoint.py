"""Which checkpoints are written, which stay, and that none is written twice."""

import signal

import pytest
import torch
from pytorch_lightning import Callback

from callbacks.durable_checkpoint import DurableCheckpoint
from research.training.checkpoints import all_checkpoints, load
from research.training.interruption import Interrupted
from tests.callbacks.conftest import Counting, Ordinary
from tests.parity.module import Parity
from tests.research.training.conftest import parity_settings


class RaiseAt(Callback):
    """Ends a run at a step, by an exception."""

    def __init__(self, step, exception):
        self.step, self.exception = step, exception

    def on_train_batch_start(self, trainer, pl_module, batch, batch_idx):
        if trainer.global_step == self.step:
            raise self.exception


def steps(folder):
    return [int(path.stem.removeprefix("step-")) for path in reversed(all_checkpoints(folder))]


@pytest.mark.parametrize(
    ("every", "written"), [(1, [5, 10, 15, 20, 23]), (10, [10, 20, 23]), (12, [15, 23])]
)
def test_the_least_distance_of_an_ordinary_modules_checkpoints(fit, tmp_path, every, written):
    """Evaluations follow every 5 steps; the last checkpoint is at the end, wherever that is."""
    disk = Counting()
    fit(Ordinary(), DurableCheckpoint(tmp_path, every), max_steps=23, plugins=[disk])
    assert disk.written == written
    assert steps(tmp_path) == written[-2:]


def test_the_distance_is_kept_throughout(fit, tmp_path):
    """Multiples of 12 are no evaluations: after 15 the next is 30, not 25."""
    fit(Ordinary(), DurableCheckpoint(tmp_path, 12, kept=9), max_steps=50)
    assert steps(tmp_path) == [15, 30, 45, 50]


def test_the_end_of_a_run_is_written_once(fit, tmp_path):
    """Step 20 is an evaluation and the end: two reasons, one file, one write."""
    disk = Counting()
    fit(Ordinary(), DurableCheckpoint(tmp_path, 10, kept=9), max_steps=20, plugins=[disk])
    assert disk.written == [10, 20]


@pytest.mark.parametrize("kept", [1, 3])
def test_the_newest_stay(fit, tmp_path, kept):
    fit(Parity(parity_settings()), DurableCheckpoint(tmp_path, 20, kept), max_steps=100)
    assert steps(tmp_path) == [20, 40, 60, 80, 100][-kept:]


def test_a_damaged_newer_checkpoint_does_not_crowd_out_the_new_one(fit, tmp_path):
    """A run that goes on from 10 because 30 is torn, and is stopped at 20, must be resumable."""
    (tmp_path / "step-000000030.ckpt").write_bytes(b"torn")
    fit(Ordinary(), DurableCheckpoint(tmp_path, 10, kept=1), max_steps=20)
    assert load(tmp_path / "step-000000020.ckpt")["global_step"] == 20


def test_an_interrupted_run_keeps_its_last_step(fit, tmp_path):
    stop = RaiseAt(13, Interrupted(signal.SIGTERM))
    with pytest.raises(Interrupted):
        fit(Ordinary(), stop, DurableCheckpoint(tmp_path, 10))
    assert steps(tmp_path) == [10, 13]


def test_a_failed_run_keeps_what_it_has(fit, tmp_path):
    """Whatever broke may have broken the weights too."""
    with pytest.raises(ZeroDivisionError):
        fit(Ordinary(), RaiseAt(13, ZeroDivisionError()), DurableCheckpoint(tmp_path, 10))
    assert steps(tmp_path) == [10]


def test_a_sanity_check_is_no_evaluation(fit, tmp_path):
    """Lightning evaluates before the first step; there is nothing to keep yet."""
    disk = Counting()
    fit(Ordinary(), DurableCheckpoint(tmp_path, 1), max_steps=5, plugins=[disk])
    assert disk.written == [5]


def test_a_checkpoint_resumes_an_ordinary_module(fit, tmp_path):
    """At the end of an epoch Lightning's own loops are exact too."""
    whole, resumed = Ordinary(), Ordinary()
    fit(whole, DurableCheckpoint(tmp_path, 5, kept=9), max_steps=20)
    disk, callback = Counting(), DurableCheckpoint(tmp_path, 5, kept=9)
    checkpoint = tmp_path / "step-000000010.ckpt"
    fit(resumed, callback, max_steps=20, checkpoint=checkpoint, plugins=[disk])
    assert disk.written == [15, 20]
    for left, right in zip(whole.parameters(), resumed.parameters(), strict=True):
        assert torch.equal(left, right)
