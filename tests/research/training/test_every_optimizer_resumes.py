"""Every optimizer and weight average by name trains a task, and resumes to the bit.

A chain of two breaks: SIGTERM in mid-epoch, whose checkpoint is of that moment, and an error, which
leaves on disk what kill -9 leaves: the checkpoint of the last evaluation.
"""

import signal
from typing import get_args

import pytest
import torch

from research.settings.averaging import AveragingSettings
from research.settings.optimizers import OptimizerSettings
from research.settings.training import WHOLE_TRAINING_SET
from research.training.interruption import Interrupted, Interruption
from tests.faults.conftest import sha1_of_weights
from tests.parity.module import Parity
from tests.parity.settings import ParitySettings
from tests.research.training.conftest import parity_settings
from tests.research.training.test_module import CallAt


def names(union):
    return [each.model_fields["name"].default for each in get_args(get_args(union)[0])]


BEFORE_THE_FIRST_BREAK = {
    "adam_then_sgd": {"switch_at": 5, "sgd_lr": 0.1},
    "swats": {"switch_tolerance": 1.0, "min_steps": 5},
    "ema": {"decay": 0.9},
    "lawa_ema": {"start": 0.1, "every": 0.1},
    "lawa_queue": {"start": 0.1, "every": 0.1, "length": 2},
    "lbfgs": {"max_iter": 4},
}
"""What makes second phases and averages begin before the first break, and closures few."""


def named(kind, name):
    """Settings of the tiny experiment with another component."""
    values = parity_settings(max_steps=30).model_dump()
    values[kind] = {"name": name, **BEFORE_THE_FIRST_BREAK.get(name, {})}
    values["batch_size"] = None if name in WHOLE_TRAINING_SET else 8
    return ParitySettings.model_validate(values)


CASES = [
    *(("optimizer", name) for name in names(OptimizerSettings)),
    *(("averaging", name) for name in names(AveragingSettings)),
]


@pytest.mark.parametrize(("kind", "name"), CASES, ids=[name for _, name in CASES])
def test_a_run_that_was_stopped_and_broken_equals_one_that_was_not(train, kind, name):
    settings = named(kind, name)

    def run(folder, *callbacks, interruption=None):
        def prepare(module):
            module.settings, module.interruption = settings, interruption

        return train(folder, callbacks, prepare)

    def fail():
        raise ZeroDivisionError

    whole = run("whole")
    with Interruption() as interruption, pytest.raises(Interrupted):
        stop = CallAt(7, lambda: signal.raise_signal(signal.SIGTERM))
        run("broken", stop, interruption=interruption)
    with pytest.raises(ZeroDivisionError):
        run("broken", CallAt(27, fail))
    resumed = run("broken")
    assert resumed.found.step == 20
    assert sha1_of_weights(resumed.store) == sha1_of_weights(whole.store)
    assert resumed.store.metrics() == whole.store.metrics()
    start = Parity(settings, seed=5)
    for before, after in zip(start.parameters(), whole.module.parameters(), strict=True):
        assert after.isfinite().all() and not torch.equal(before, after)
