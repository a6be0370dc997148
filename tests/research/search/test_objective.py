"""The number by which a trial is judged, from the rows of its runs."""

import math

import pytest

from research.records.errors import RecordError
from research.records.run_store import RunStore
from research.search.objective import Outcome, trial_value
from research.settings.search import ObjectiveSettings

LOSSES = {100: 3.0, 200: 1.0, 300: 2.0}


@pytest.fixture
def run(tmp_path):
    def make(rows, seed=0, metric="validation/loss"):
        store = RunStore(tmp_path / str(seed), "trial", seed)
        for step, value in rows.items():
            store.append(step, {metric: value, "lr": 0.1})
        store.append(max(rows, default=0) + 10, {"lr": 0.1})  # a row without the metric
        return store

    return make


def value(stores, **settings):
    return trial_value(ObjectiveSettings(metric="validation/loss", **settings), stores)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, Outcome(2.0)),
        ({"take": "last"}, Outcome(2.0)),
        ({"take": "least"}, Outcome(1.0)),
        ({"take": "greatest"}, Outcome(3.0)),
        ({"take": "mean"}, Outcome(2.0)),
        ({"take": "steps_to", "reaches": 2.5, "falls": True}, Outcome(200.0)),
        ({"take": "steps_to", "reaches": 1.0, "falls": True}, Outcome(200.0)),
        ({"take": "steps_to", "reaches": 0.5, "falls": True}, Outcome(300.0, reached=False)),
        ({"take": "steps_to", "reaches": 2.5}, Outcome(100.0)),
        ({"take": "steps_to", "reaches": 4.0}, Outcome(300.0, reached=False)),
    ],
)
def test_what_is_taken(run, settings, expected):
    assert value([run(LOSSES)], **settings) == expected


def test_several_seeds_count_their_mean(run):
    stores = [run(LOSSES), run({100: 5.0, 400: 6.0}, seed=1)]
    assert value(stores) == Outcome(4.0)
    assert value(stores, take="steps_to", reaches=6.0) == Outcome(350.0, reached=False)
    assert value(stores, take="steps_to", reaches=3.0) == Outcome(100.0)


def test_what_is_no_number_does_not_count_among_others(run):
    store = run({100: math.inf, 200: 1.0, 300: math.nan})
    assert value([store], take="least").value == 1.0
    assert value([store], take="greatest").value == 1.0
    assert value([store], take="steps_to", reaches=0.5, falls=True).value == 300.0
    assert value([store], take="steps_to", reaches=1.0) == Outcome(200.0)
    for take in ("last", "mean"):
        with pytest.raises(RecordError, match=f"of seed 0 is nan \\({take} of 3 values\\)"):
            value([store], take=take)
    with pytest.raises(RecordError, match="expected a finite number"):
        value([run({100: math.nan}, seed=1)], take="least")


def test_a_metric_that_is_not_there_is_named_with_those_that_are(run):
    with pytest.raises(RecordError) as error:
        value([run({100: 1.0}, metric="validation/los")])
    assert str(error.value) == (
        "objective.metric is validation/loss, expected one of lr, validation/los; "
        "did you mean validation/los?"
    )
