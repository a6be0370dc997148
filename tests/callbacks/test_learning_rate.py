"""The schedule sets lr(t) before update t, whoever takes the steps."""

import pytest
from pytorch_lightning import Callback

from callbacks.learning_rate import LearningRateSchedule
from research.optim.schedules import factor
from research.settings.schedules import LinearWarmupSettings
from tests.callbacks.conftest import Ordinary
from tests.parity.module import Parity
from tests.research.training.conftest import parity_settings

WARMUP = LinearWarmupSettings(steps=12, start=0.25)


class Rates(Callback):
    """Notes the rates of every update, just before it."""

    def __init__(self):
        self.seen = []

    def on_before_optimizer_step(self, trainer, pl_module, optimizer):
        self.seen.append([group["lr"] for group in optimizer.param_groups])


def expected(steps, *base):
    return [pytest.approx([rate * factor(WARMUP, t) for rate in base]) for t in steps]


def test_every_group_of_an_ordinary_module_warms_up(fit):
    """Each group keeps its own base rate, and update 0 already has the schedule's value."""
    rates = Rates()
    fit(Ordinary(), LearningRateSchedule(WARMUP), rates, max_steps=20)
    assert rates.seen == expected(range(20), 0.1, 0.01)


def test_a_resumed_run_goes_on_from_the_base_rates(fit, tmp_path):
    """A checkpoint holds the rate last set: taken for the base, it would be scaled twice."""
    first = fit(Ordinary(), LearningRateSchedule(WARMUP), max_steps=5)
    first.save_checkpoint(tmp_path / "5.ckpt")
    rates = Rates()
    checkpoint = tmp_path / "5.ckpt"
    fit(Ordinary(), LearningRateSchedule(WARMUP), rates, max_steps=20, checkpoint=checkpoint)
    assert rates.seen == expected(range(5, 20), 0.1, 0.01)


class Watched(Parity):
    """Ours, with a watcher after its own callbacks."""

    def __init__(self, settings, watcher):
        super().__init__(settings)
        self.watcher = watcher

    def configure_callbacks(self):
        return [*super().configure_callbacks(), self.watcher]


def test_every_step_of_a_chunk_has_its_own_rate(fit):
    """Lightning sees a chunk of twenty steps as one batch; the schedule must not."""
    settings = parity_settings().model_copy(update={"schedule": WARMUP})
    rates = Rates()
    fit(Watched(settings, rates), max_steps=30)
    assert rates.seen == expected(range(30), 0.01)
