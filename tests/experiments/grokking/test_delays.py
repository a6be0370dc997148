import math

import pytest

from experiments.grokking.delays import read_delay, read_delays
from research.records.status import Status
from tests.research.evidence.synthetic import make_record


@pytest.fixture
def record(tmp_path):
    return make_record(tmp_path / "record", ("small-wd1",), seeds=2)


def rewritten(record, rows, state="done", step=0):
    store = record.run("small-wd1", 0)
    store.metrics_file.unlink()
    for number, train, validation, loss in rows:
        metrics = {
            "train/accuracy": train,
            "validation/accuracy": validation,
            "validation/loss": loss,
        }
        store.append(number, metrics)
    store.write_status(Status(state, step, 12_000))
    return read_delay(record.plan, store)


def test_synthetic_runs_reach_99_percent_where_they_should(record):
    first, second = read_delays(record)
    assert (first.run, first.train, first.validation) == ("small-wd1/0", 100, 3900)
    assert (second.run, second.train, second.validation) == ("small-wd1/1", 100, 6650)
    assert first.ratio == 39
    assert first.steps == 4200


def test_exactly_99_percent_counts_and_just_below_does_not(record):
    rows = [(10, 0.98999, 0.1, 5), (20, 0.99, 0.2, 6), (30, 1.0, 0.98999, 7), (40, 0.5, 0.99, 1)]
    delay = rewritten(record, rows)
    assert (delay.train, delay.validation) == (20, 40)
    assert delay.validation_accuracy_at_train == 0.2
    assert delay.ratio == 2


def test_the_first_evaluation_counts_even_if_accuracy_falls_again(record):
    delay = rewritten(record, [(10, 1.0, 0.0, 5), (20, 0.3, 1.0, 1), (30, 1.0, 1.0, 0.1)])
    assert (delay.train, delay.validation) == (10, 20)


def test_milestone_columns_are_not_trusted(record):
    store = record.run("small-wd1", 0)
    store.append(10, {"milestone/validation_99": 10, "milestone/train_99": 10, "delay_ratio": 1})
    assert read_delay(record.plan, store).ratio == 39


def test_overshoot_is_the_highest_finite_loss_before_the_fall_over_ln_p(record):
    rows = [(10, 0.5, 0.1, 4.0), (20, 1.0, 0.1, 6.0), (30, 1.0, 0.1, math.inf), (40, 1, 1, 0.1)]
    delay = rewritten(record, [*rows, (50, 1.0, 1.0, 99.0)])
    assert delay.overshoot == pytest.approx(6.0 - math.log(59))


def test_never_reached_has_no_numbers(record):
    delay = rewritten(record, [(10, 0.5, 0.1, 4.0)], step=700)
    assert (delay.train, delay.validation, delay.ratio, delay.overshoot) == (None,) * 4
    assert delay.validation_accuracy_at_train is None
    assert delay.steps == 700


def test_nan_is_not_reached(record):
    delay = rewritten(record, [(10, math.nan, math.nan, math.nan)], state="diverged")
    assert (delay.train, delay.validation) == (None, None)
    assert delay.is_finished


@pytest.mark.parametrize("state", ["waiting", "running", "interrupted", "failed"])
def test_other_states_are_not_finished(record, state):
    assert not rewritten(record, [(10, 0.5, 0.1, 4.0)], state=state).is_finished


def test_later_than_the_budget_is_never(record):
    delay = read_delays(record)[0]
    assert delay.within(3900) == delay
    assert delay.within(3899).validation is None
    assert delay.within(3899).overshoot is None
    assert delay.within(3899).train == 100


def test_a_run_that_has_not_begun(record):
    store = record.run("small-wd1", 0)
    store.metrics_file.unlink()
    store.write_status(Status("waiting"))
    delay = read_delay(record.plan, store)
    assert (delay.steps, delay.train, delay.is_finished) == (0, None, False)
