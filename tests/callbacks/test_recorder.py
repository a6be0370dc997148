"""What the record says about a run: how it stands, how it ended, and its arrays."""

import errno
import math
import os
import signal
import time

import numpy
import pytest
from pytorch_lightning import Callback

from callbacks.divergence import Divergence
from callbacks.recorder import Recorder, one_line
from research.records.run_store import RunStore
from research.settings.errors import SettingsError
from research.training.interruption import Interrupted
from tests.callbacks.conftest import Ordinary, poison
from tests.callbacks.test_durable_checkpoint import RaiseAt
from tests.parity.module import Parity
from tests.research.training.conftest import parity_settings


@pytest.fixture
def store(tmp_path):
    return RunStore(tmp_path / "run", "plain", 0)


class Look(Callback):
    """Reads the record at every training batch, as the display does."""

    def __init__(self, store):
        self.store, self.seen = store, []

    def on_train_batch_start(self, trainer, pl_module, batch, batch_idx):
        self.seen.append(self.store.status())


def test_a_run_that_trains_is_running_and_then_done(fit, store):
    look = Look(store)
    fit(Ordinary(), Recorder(store), look, max_steps=10)
    first, last = look.seen[0], store.status()
    assert (first.state, first.step, first.max_steps, first.pid) == ("running", 0, 10, os.getpid())
    assert (last.state, last.step, last.pid, last.message) == ("done", 10, 0, "")
    assert set(last.metrics) == {"validation/loss", "validation/accuracy"}


def test_a_resumed_run_of_ours_begins_where_it_stood(fit, store, tmp_path):
    path = tmp_path / "20.ckpt"
    fit(Parity(parity_settings()), max_steps=20).save_checkpoint(path)
    look = Look(store)
    fit(Parity(parity_settings()), Recorder(store), look, max_steps=40, checkpoint=path)
    assert (look.seen[0].state, look.seen[0].step) == ("running", 20)


def test_the_status_follows_a_slow_run(fit, store):
    """Twice a second at most: a step of 0.3 s is seen by the second one after it."""

    class Slow(Callback):
        def on_train_batch_end(self, *_):
            time.sleep(0.3)

    look = Look(store)
    fit(Ordinary(), Slow(), Recorder(store), look, max_steps=5)
    assert {status.step for status in look.seen} >= {0, 2, 4}
    assert 2 < store.status().steps_per_second < 3.4


def test_diverged_says_the_step_whose_loss_it_was(fit, store):
    module = Ordinary()
    poison(module.task, 7, math.nan)
    with pytest.raises(Exception, match="loss is nan"):
        fit(module, Recorder(store), Divergence())
    status = store.status()
    assert (status.state, status.step) == ("diverged", 7)
    assert status.message == "loss is nan at step 7"


@pytest.mark.parametrize(
    ("exception", "state", "message"),
    [
        (Interrupted(signal.SIGTERM), "interrupted", "interrupted by SIGTERM"),
        (RuntimeError("two\n  lines"), "failed", "RuntimeError: two lines"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "failed", "No space left on device"),
    ],
)
def test_a_run_that_was_stopped_or_broke(fit, store, exception, state, message):
    with pytest.raises(type(exception)):
        fit(Ordinary(), Recorder(store), RaiseAt(3, exception))
    status = store.status()
    assert (status.state, status.message) == (state, message)
    assert (status.step, status.pid) == (3, 0)


def test_an_error_without_words_is_named():
    assert one_line(SettingsError("lr is a,\nexpected b")) == "lr is a, expected b"
    assert one_line(ZeroDivisionError()) == "ZeroDivisionError"
    assert one_line(FileNotFoundError(2, "No such file", "a.npy")) == "No such file: a.npy"


def test_seconds_add_up_over_a_resume(fit, store, tmp_path):
    """The time between two processes is nobody's; both processes' own time counts."""
    path = tmp_path / "5.ckpt"

    class Slow(Callback):
        def on_train_batch_start(self, *_):
            time.sleep(0.05)

        def on_train_end(self, trainer, pl_module):
            if trainer.global_step == 5:
                trainer.save_checkpoint(path)

    fit(Ordinary(), Recorder(store), Slow(), max_steps=5)
    first = store.status().seconds
    assert 0.25 <= first < 3
    time.sleep(first)
    fit(Ordinary(), Recorder(store), Slow(), max_steps=10, checkpoint=path)
    assert first + 0.25 - 0.02 <= store.status().seconds < first + 0.25 + first


def test_arrays_are_stored_under_their_step_and_taken_out(fit, store):
    """Of every evaluation, and what the end of training leaves."""

    class Keeping(Ordinary):
        def __init__(self):
            super().__init__()
            self.arrays = {}

        def on_validation_end(self):
            self.arrays["bias"] = self.network[0].bias.detach().clone()

        def on_train_end(self):
            self.arrays["last"] = self.network[3].bias.detach().clone()

    module = Keeping()
    fit(module, Recorder(store), max_steps=10)
    assert list(store.arrays("bias")) == [5, 10]
    last = store.arrays("last")[10]
    assert last.dtype == numpy.float64
    numpy.testing.assert_array_equal(last, module.network[3].bias.detach().double().numpy())
    assert module.arrays == {}
