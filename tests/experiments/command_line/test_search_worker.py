"""What a worker claims, and what it makes of runs that end together and of records in use.

Nothing is trained: the process that runs are forked from is killed while it imports.
"""

import signal
from io import StringIO

import pytest
from rich.console import Console

from experiments.command_line.launch import Ended
from experiments.command_line.search.worker import Worker
from research.records.status import Status
from research.search.errors import StorageError
from research.search.storage import open_storage
from research.search.study import Study
from tests.faults.conftest import wait_for
from tests.faults.sweeps import NAME, make_study, table_of, url_of


@pytest.fixture
def workers(tmp_path):
    """Makes workers of one study, whose trials have two seeds."""
    space = {"space__place": [3, 4, 5], "space__optimizer__lr": "none"}
    make_study(tmp_path, seeds=(0, 1), **space).storage.close()
    made = []

    def make(slots=2):
        study = Study.open(open_storage(url_of(tmp_path)), NAME)
        said = Console(file=StringIO(), width=200)
        made.append(Worker(study, url_of(tmp_path), tmp_path, slots, said, {}))
        return made[-1]

    yield make
    for worker in made:
        worker._stop(signal.SIGTERM)
        worker.study.storage.close()


def is_ready(worker):
    return worker._pool.starter.is_ready(worker.study.plan.base)


@pytest.mark.parametrize(("slots", "claimed"), [(1, 1), (2, 1), (3, 2)])
def test_no_more_trials_are_claimed_than_have_a_slot(workers, slots, claimed):
    """A trial has two runs here: more than there are slots must not look like room for others."""
    worker = workers(slots)
    assert not is_ready(worker)
    worker._pool.starter.server._process.kill()
    wait_for(lambda: is_ready(worker))
    worker._fill()
    assert worker.study.counts()["running"] == claimed


def test_both_runs_of_a_trial_end_at_the_same_look(workers, tmp_path):
    """The first one decides how the trial ends; the second is of no trial any more."""
    here = workers()
    here._begin(here.study.claim())
    [trial] = here._trials
    first, second = trial.left
    here._waiting.clear()
    first.run.write_status(Status("diverged", step=7, message="loss is nan at step 7"))
    second.run.write_status(Status("done", step=40))
    for job in (first, second):
        here._note(Ended(job, killed=False))
    assert trial.has_ended
    here._tell(trial)
    row, *_ = table_of(tmp_path).trials
    assert (row.state, row.message) == ("failed", "seed 0: diverged: loss is nan at step 7")


def test_a_run_that_could_not_report_to_its_study_is_gone_on_with(workers, tmp_path):
    """The storage was away; the trial is not to blame for it."""
    here = workers()
    here._begin(here.study.claim())
    [trial] = here._trials
    first, _ = trial.left
    here._waiting.clear()
    away = f"{StorageError.__name__}: postgresql://host/db has not answered for 300 s: timeout"
    first.run.write_status(Status("failed", message=away))
    here._note(Ended(first, killed=False))
    here._tell(trial)
    row, *_ = table_of(tmp_path).trials
    assert row.state == "waiting" and here.study.claim().kills == 1


def test_a_record_in_use_is_waited_for_and_said_once(workers):
    """As that of a worker that stands still: it has lost the trial, its lock it still has."""
    still, here = workers(), workers(3)
    claim = still.study.claim()
    still._begin(claim)
    still.study.release(claim)
    here._begin(here.study.claim())
    [trial] = here._trials
    here._take_up(trial)
    assert trial.lock is None and here._free() == 2
    words = "trial 0: its record is in use by another process, which is waited for\n"
    assert here.display._console.file.getvalue() == words
    still._trials.pop().let_go()
    here._take_up(trial)
    assert trial.lock is not None and len(here._waiting) == 2
