"""A range test: every rate with its loss, an end where the loss explodes, and a suggestion."""

import math

import pytest

from callbacks.learning_rate import LearningRateSchedule
from callbacks.range_test import RangeTest
from research.settings.schedules import RangeTestSettings
from tests.callbacks.conftest import Ordinary, poison
from tests.callbacks.test_learning_rate import Kept, Rates
from tests.parity.module import Parity
from tests.research.training.conftest import parity_settings


def column(rows, name):
    return {step: row[f"range_test/{name}"] for step, row in rows if f"range_test/{name}" in row}


def rows_of(fit, settings, module=None, max_steps=60):
    """Rows of a range test of the tiny experiment, and the Trainer."""
    rows = Kept()
    changes = {"schedule": settings, "batch_size": None}
    module = module or Parity(parity_settings().model_copy(update=changes))
    return rows.rows, fit(module, max_steps=max_steps, logger=rows)


def test_every_rate_has_its_loss_and_one_is_suggested(fit):
    rows, _ = rows_of(fit, RangeTestSettings(lowest_lr=1e-4, highest_lr=1.0))
    rates, losses = column(rows, "lr"), column(rows, "loss")
    assert list(rates) == list(losses) == list(range(1, 61))
    assert [rates[1], rates[60]] == pytest.approx([1e-4, 1.0])
    assert losses[1] == pytest.approx(math.log(2), abs=0.1)
    (suggested,) = column(rows, "suggested_lr").values()
    (lowest,) = column(rows, "lowest_loss_lr").values()
    assert 1e-4 < suggested <= lowest <= 1.0


def test_the_rates_are_those_of_the_updates(fit):
    """Whatever the optimizer's lr; a second group keeps its ratio to the first."""
    settings = RangeTestSettings(lowest_lr=1e-4, highest_lr=1e-2)
    rates, rows = Rates(), Kept()
    callbacks = [LearningRateSchedule(settings), RangeTest(settings), rates]
    fit(Ordinary(), *callbacks, max_steps=20, logger=rows)
    logged = list(column(rows.rows, "lr").values())
    assert [first for first, _ in rates.seen] == pytest.approx(logged)
    assert [second for _, second in rates.seen] == pytest.approx([rate / 10 for rate in logged])


def test_an_exploding_loss_ends_the_test_and_is_no_error(fit):
    rows, trainer = rows_of(
        fit, RangeTestSettings(lowest_lr=1e-3, highest_lr=1e30, smoothing=0.5), max_steps=400
    )
    averages = list(column(rows, "smoothed").values())
    assert trainer.global_step < 400
    assert not averages[-1] <= 4 * min(averages[:-1])
    assert len(column(rows, "suggested_lr")) == 1


@pytest.mark.parametrize("loss", [math.nan, math.inf])
def test_a_loss_that_is_no_number_ends_it_too(fit, loss):
    module = Parity(parity_settings().model_copy(update={"schedule": RangeTestSettings()}))
    poison(module.task, 15, loss)
    _, trainer = rows_of(fit, RangeTestSettings(), module, max_steps=400)
    assert trainer.global_step == 20  # the chunk is up to the next evaluation


def test_it_lasts_as_long_as_the_run(fit):
    rows, trainer = rows_of(fit, RangeTestSettings(highest_lr=0.01), max_steps=40)
    assert trainer.global_step == 40
    assert column(rows, "lr")[40] == pytest.approx(0.01)
