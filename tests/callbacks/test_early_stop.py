"""Early stop: at the evaluation after the hold, counted in optimizer steps."""

import pytest

from callbacks.early_stop import EarlyStop
from research.settings.errors import SettingsError
from research.settings.training import StopSettings
from tests.callbacks.conftest import Ordinary
from tests.parity.module import Parity
from tests.research.training.conftest import parity_settings

ALWAYS = {"metric": "validation/loss", "at_least": 0.0}


@pytest.mark.parametrize(("hold", "last"), [(0, 5), (1, 10), (5, 10), (12, 20)])
def test_the_hold_counts_steps_of_an_ordinary_module(fit, hold, last):
    """The value is reached at step 5; evaluations, where a run can end, follow every 5 steps."""
    trainer = fit(Ordinary(), EarlyStop(StopSettings(**ALWAYS, hold=hold)), max_steps=100)
    assert trainer.global_step == last


@pytest.mark.parametrize(("hold", "last"), [(0, 20), (20, 40), (25, 60)])
def test_the_hold_counts_steps_and_not_chunks(fit, hold, last):
    """Ours takes 7 steps a batch; what Lightning counts must not matter."""
    stop = StopSettings(**ALWAYS, hold=hold)
    settings = parity_settings(flush_every=7).model_copy(update={"stop": stop})
    assert fit(Parity(settings), max_steps=100).global_step == last


def test_a_value_that_is_not_reached_stops_nothing(fit):
    stop = EarlyStop(StopSettings(metric="validation/accuracy", at_least=1.1))
    assert fit(Ordinary(), stop, max_steps=30).global_step == 30
    assert stop.reached_at is None


def test_the_hold_goes_on_over_a_resume(fit, tmp_path):
    """The step at which the value was reached is in the checkpoint; a second hold is not added."""
    settings = StopSettings(**ALWAYS, hold=10)
    path = tmp_path / "10.ckpt"
    fit(Ordinary(), EarlyStop(settings), max_steps=10).save_checkpoint(path)
    resumed = fit(Ordinary(), EarlyStop(settings), max_steps=100, checkpoint=path)
    assert resumed.global_step == 15


def test_a_run_that_was_stopped_does_not_go_on_when_resumed(fit, tmp_path):
    path = tmp_path / "15.ckpt"
    settings = StopSettings(**ALWAYS, hold=10)
    fit(Ordinary(), EarlyStop(settings), max_steps=100).save_checkpoint(path)
    resumed = fit(Ordinary(), EarlyStop(settings), max_steps=100, checkpoint=path)
    assert resumed.global_step == 15


def test_ours_does_not_go_on_either(fit, tmp_path):
    """It keeps no loops of Lightning's, so its steps are counted before the callbacks look."""
    path = tmp_path / "40.ckpt"
    stop = StopSettings(**ALWAYS, hold=20)
    settings = parity_settings().model_copy(update={"stop": stop})
    fit(Parity(settings), max_steps=100).save_checkpoint(path)
    assert fit(Parity(settings), max_steps=100, checkpoint=path).global_step == 40


def test_an_unknown_metric_is_one_line_with_the_known_ones(fit):
    stop = EarlyStop(StopSettings(metric="validation/acuracy", at_least=0.9))
    with pytest.raises(SettingsError, match=r"stop\.metric is validation/acuracy") as error:
        fit(Ordinary(), stop)
    assert str(error.value).endswith("expected one of validation/accuracy, validation/loss")
    assert "\n" not in str(error.value)
