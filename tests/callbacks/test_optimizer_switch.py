"""The switch of an optimizer is logged at evaluations, once it was made."""

import pytest
from pytorch_lightning import Callback

from callbacks.optimizer_switch import OptimizerSwitch
from research.optim.optimizers import build_optimizer
from research.records.record_logger import RecordLogger
from research.records.run_store import RunStore
from research.settings.optimizers import AdamThenSGDSettings, SwatsSettings
from tests.callbacks.conftest import Ordinary
from tests.parity.module import Parity
from tests.parity.settings import ParitySettings
from tests.research.training.conftest import parity_settings

FIXED = {"name": "adam_then_sgd", "switch_at": 7, "lr": 0.01, "sgd_lr": 0.05}


class Switching(Ordinary):
    """Anybody's module; an evaluation follows every fifth step."""

    def __init__(self, optimizer):
        super().__init__()
        self.optimizer = optimizer

    def configure_optimizers(self):
        return build_optimizer(self.optimizer, self.network)


class Logged(Callback):
    """What is logged of the switch, by step."""

    def __init__(self):
        self.rows = {}

    def on_validation_end(self, trainer, pl_module):
        metrics = trainer.callback_metrics.items()
        row = {name: float(value) for name, value in metrics if name.startswith("switch/")}
        if not trainer.sanity_checking:
            self.rows[trainer.global_step] = row


def test_a_fixed_switch(fit):
    """Seven updates of Adam; the evaluation after the fifth knows of no switch."""
    logged = Logged()
    fit(Switching(AdamThenSGDSettings(**FIXED)), OptimizerSwitch(), logged, max_steps=15)
    switched = {"switch/step": 7.0, "switch/lr": pytest.approx(0.05)}
    assert logged.rows == {5: {}, 10: switched, 15: switched}


def test_a_switch_of_its_own(fit):
    """What SWATS decides by is shown before, and its rate after."""
    logged, settings = Logged(), SwatsSettings(switch_tolerance=1e9, min_steps=8)
    trainer = fit(Switching(settings), OptimizerSwitch(), logged, max_steps=15)
    [optimizer] = trainer.optimizers
    assert logged.rows[5].keys() == {"switch/gamma", "switch/lambda_hat"}
    assert logged.rows[15]["switch/step"] == 8 == optimizer.switched_at
    assert logged.rows[15]["switch/lr"] == pytest.approx(optimizer.lambda_hat)
    assert logged.rows[15]["switch/gamma"] == pytest.approx(optimizer.gamma)


def test_other_optimizers_have_nothing_to_log(fit):
    logged = Logged()
    fit(Ordinary(), OptimizerSwitch(), logged, max_steps=5)
    assert logged.rows == {5: {}}


def test_it_is_in_the_record_of_a_run(fit, tmp_path):
    """The settings bring the callback; the rate is that of the schedule, half of it at the end."""
    values = parity_settings().model_dump()
    values |= {"optimizer": FIXED, "schedule": {"name": "step", "every": 15, "gamma": 0.5}}
    store = RunStore(tmp_path, "parity", 0)
    fit(Parity(ParitySettings.model_validate(values)), logger=[RecordLogger(store)])
    rows = {row["step"]: row for row in store.metrics() if "train/loss" in row}
    assert rows[20]["switch/step"] == 7 and rows[20]["switch/lr"] == pytest.approx(0.025)
