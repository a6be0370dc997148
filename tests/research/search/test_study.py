import math

import optuna
import pytest

from research.search.asking import next_point
from research.search.study import Study
from tests.studies import toy_plan


def test_a_study_goes_from_waiting_to_its_table(study):
    assert study.counts() == {
        "waiting": 6,
        "running": 0,
        "complete": 0,
        "pruned": 0,
        "failed": 0,
    }
    claims = [study.claim() for _ in range(6)]
    assert [claim.number for claim in claims] == [0, 1, 2, 3, 4, 5]
    assert study.claim() is None and not study.is_finished()
    first = claims[0]
    assert first.values.keys() == {"optimizer.lr", "width", "betas"}
    assert type(first.values["width"]) is int and type(first.values["betas"]) is list
    assert (first.attempt, first.kills) == (1, 0)
    attributes = {"step": 40, "seconds": 1.5, "reached": False}
    assert study.complete(claims[1], 0.5, attributes)
    assert study.fail(claims[2], "diverged: the loss is nan", {"step": 7})
    assert study.prune(claims[3])
    assert study.release(claims[4])
    rows = Study.open(study.storage, "toy").table().trials
    assert [row.state for row in rows] == [
        "running",
        "complete",
        "failed",
        "pruned",
        "waiting",
        "running",
    ]
    assert rows[0].values == first.values
    assert (rows[1].value, rows[1].step, rows[1].seconds, rows[1].reached) == (0.5, 40, 1.5, False)
    assert (rows[2].value, rows[2].message, rows[2].step) == (None, "diverged: the loss is nan", 7)
    assert study.counts()["waiting"] == 1


def test_a_released_trial_is_the_next_with_its_point_and_a_kill_is_counted(study):
    first = study.claim()
    study.release(first, killed=True)
    again = study.claim()
    assert (again.number, again.params) == (first.number, first.params)
    assert (again.attempt, again.kills) == (2, 1)
    study.release(again)
    assert (study.claim().kills, study.claim().number) == (1, 1)


def test_who_has_lost_a_trial_tells_nothing(study):
    """Fencing: what a worker says that was taken for dead does not count."""
    lost = study.claim()
    study.release(lost)
    for tell in (
        lambda: study.complete(lost, 0.5),
        lambda: study.prune(lost),
        lambda: study.fail(lost, "message"),
        lambda: study.release(lost, killed=True),
    ):
        assert not tell()  # while it waits
    kept = study.claim()
    assert not study.complete(lost, 0.5)  # while another one has it
    assert study.complete(kept, 0.25)
    assert not study.fail(lost, "message")  # after it has been told
    row = study.table().trials[0]
    assert (row.state, row.value, row.message) == ("complete", 0.25, "")


@pytest.mark.parametrize("sampler", ["random", "tpe"])
def test_a_step_whose_answer_was_lost_is_not_done_twice(storage, monkeypatch, sampler):
    study = Study.create(storage, "toy", toy_plan(sampler=sampler))

    transaction = storage.transaction

    def lossy(work, reads=False):
        transaction(
            lambda connection, _: work(connection, False)
        )  # done; the word of it does not come
        return transaction(lambda connection, _: work(connection, True))

    monkeypatch.setattr(storage, "transaction", lossy)
    claims = [study.claim() for _ in range(3)]
    assert [claim.number for claim in claims] == [0, 1, 2]
    assert [claim.attempt for claim in claims] == [1, 1, 1]
    assert study.complete(claims[0], 0.5) and study.fail(claims[1], "message")
    study.release(claims[2], killed=True)
    again = study.claim()
    assert (again.number, again.attempt, again.kills) == (2, 2, 1)
    assert study.counts()["waiting"] == 3


def test_an_adaptive_sampler_draws_from_what_was_told(storage):
    """Also while other trials run or wait; and a worker that starts again draws the same."""

    def searched(name):
        study = Study.create(storage, name, toy_plan(sampler="tpe", trials=13))
        given_back = study.claim()
        study.release(given_back)
        other = study.claim()
        assert other.number == 0 and other.params == given_back.params
        while claim := Study.open(storage, name).claim():
            study.complete(claim, math.log10(claim.values["optimizer.lr"]))
        assert study.counts()["running"] == 1
        return study.table().trials

    trials = searched("toy")
    assert [trial.number for trial in trials] == list(range(13))
    assert [trial.values for trial in trials] == [trial.values for trial in searched("again")]
    rates = [trial.values["optimizer.lr"] for trial in trials]
    assert max(rates[11:]) < sorted(rates[1:10])[4]  # it has learnt where to look


def test_a_point_that_waits_is_taken(storage):
    """A trial may be given back while the next point is drawn: that is another trial's."""
    plan = toy_plan(sampler="tpe")
    study = Study.create(storage, "toy", plan)
    study.release(study.claim())
    waiting = optuna.load_study(study_name="toy", storage=storage).get_trials()
    point, distributions = next_point(plan, waiting)
    assert point != waiting[0].params and distributions == waiting[0].distributions
    assert next_point(plan, []) == (waiting[0].params, distributions)


def test_pruned_trials_keep_the_last_report(storage, study):
    theirs = optuna.load_study(study_name="toy", storage=storage)
    claims = [study.claim(), study.claim()]
    for step, value in ((10, 0.7), (20, 0.6)):
        storage.set_trial_intermediate_value(claims[0].trial_id, step, value)
    storage.set_trial_intermediate_value(claims[1].trial_id, 10, math.nan)
    assert study.prune(claims[0], {"step": 20}) and study.prune(claims[1])
    assert [trial.value for trial in theirs.get_trials()[:2]] == [0.6, None]
    assert study.table().trials[0].intermediate == {10: 0.7, 20: 0.6}


def test_an_objective_that_is_no_number_is_a_mistake_of_the_caller(study):
    claim = study.claim()
    for value in (math.nan, math.inf):
        with pytest.raises(ValueError, match=f"is finite, found {value}"):
            study.complete(claim, value)
