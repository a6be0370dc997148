import os
import subprocess
from dataclasses import replace
from datetime import datetime, timedelta

import optuna
import pytest
from sqlalchemy import text

from research.search.owner import Owner, _started
from research.search.staleness import Running, Watch, read_running, take_back
from research.search.study import MOST_LOSSES, Study

NOW = datetime(2026, 11, 21, 12, 0, 0)
ELSEWHERE = Owner(host="elsewhere", machine="another", pid=1, started="1")


class Clock:
    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


def running(seconds_ago=None, token="a", owner=ELSEWHERE):
    beat = None if seconds_ago is None else NOW - timedelta(seconds=seconds_ago)
    return Running(trial_id=1, number=0, token=token, owner=owner, heartbeat=beat)


def test_an_old_heartbeat_is_stale_once_no_new_one_has_come():
    """After a server was away all heartbeats are old: those who live get time for a new one."""
    clock = Clock()
    watch = Watch(interval=5, grace=60, clock=clock)
    old = running(seconds_ago=61)
    assert watch.stale(NOW, [old]) == []
    clock.seconds = 14
    assert watch.stale(NOW, [old]) == []
    assert watch.stale(NOW, [running(seconds_ago=61, token="b")]) == []  # taken up by another
    assert watch.stale(NOW, [old]) == []  # seen anew
    clock.seconds = 29
    assert watch.stale(NOW, [old]) == [old]
    fresh = running(seconds_ago=59)
    for clock.seconds in (100, 1000):
        assert watch.stale(NOW, [fresh]) == []


def test_without_any_heartbeat_the_watchers_own_clock_decides():
    clock = Clock()
    watch = Watch(interval=5, grace=60, clock=clock)
    silent = running(owner=None)
    for clock.seconds in (1000.0, 1060.0):
        assert watch.stale(NOW, [silent]) == []
    clock.seconds = 1060.1
    assert watch.stale(NOW, [silent]) == [silent]


def test_a_dead_process_of_this_machine_is_known_at_once_and_no_other():
    with subprocess.Popen(["sleep", "1000"]) as process:
        of = {"pid": process.pid, "started": _started(process.pid)}
        owner = Owner.here().model_copy(update=of)
        assert not owner.is_dead()
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert owner.is_dead()  # though nobody has asked how it ended
    assert owner.is_dead()
    assert not Owner.here().is_dead()
    assert Owner.here().model_copy(update={"started": "1"}).is_dead()  # its number, used again
    assert not owner.model_copy(update={"machine": "another"}).is_dead()
    assert not owner.model_copy(update={"machine": ""}).is_dead()


def test_trials_of_dead_workers_are_taken_back_and_told_by_others_only(storage, study):
    dead = Owner.here().model_copy(update={"started": "1"})
    lost = [study.claim(dead), study.claim(dead)]
    watcher = Study.open(storage, "toy")
    living = watcher.claim()
    assert watcher.take_back_stale() == [0, 1]
    assert [each.number for each in study.beat()] == [0, 1]
    assert not study.complete(lost[0], 0.5)
    again = watcher.claim()
    assert (again.number, again.attempt, again.kills) == (0, 2, 0)
    assert watcher.beat() == [] and watcher.complete(living, 0.5)


def test_a_trial_that_takes_its_worker_down_again_and_again_has_failed(storage, study):
    dead = Owner.here().model_copy(update={"started": "1"})
    watcher = Study.open(storage, "toy")
    for _ in range(MOST_LOSSES + 1):
        assert study.claim(dead).number == 0
        assert watcher.take_back_stale() == [0]
    row = watcher.table().trials[0]
    assert row.state == "failed" and f"lost with its worker {MOST_LOSSES + 1} times" in row.message


def test_heartbeats_by_the_clock_of_the_database(storage, study, monkeypatch):
    """Whatever the time zone of a client is."""
    fresh, beaten, silent = (study.claim(ELSEWHERE) for _ in range(3))
    ages = "datetime(heartbeat, '-2 minutes')"
    if not storage.is_sqlite:
        ages = "heartbeat - interval '2 minutes'"
    old = text(f"UPDATE trial_heartbeats SET heartbeat = {ages} WHERE trial_id != {fresh.trial_id}")
    storage.transaction(lambda connection, _: connection.execute(old))
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("PGTZ", "Asia/Tokyo")
    storage.close()
    watcher = Study.open(storage, "toy")
    watcher.watch = Watch(interval=0, grace=60)
    other = Study.open(storage, "toy")
    other._held = {beaten.token: beaten}
    other.beat()
    assert watcher.take_back_stale() == [silent.number]
    assert [each.number for each in study.beat()] == [silent.number]
    storage.close()


def test_only_what_is_still_as_it_was_seen_is_taken_back(storage, study):
    claim, study_id = study.claim(), storage.get_study_id_from_name("toy")

    def seen():
        return storage.transaction(lambda connection, _: read_running(connection, study_id))[1]

    def take(trial):
        return storage.transaction(lambda connection, _: take_back(connection, trial, 9))

    (before,) = seen()
    study.release(claim)
    assert not take(before)  # it waits
    study.claim()
    assert not take(before)  # another one has it
    (now,) = seen()
    assert not take(replace(now, heartbeat=NOW))  # it has been heard of since
    assert take(now) and study.counts()["running"] == 0


def test_a_trial_that_another_program_has_left_is_taken_back(storage, study):
    theirs = optuna.load_study(study_name="toy", storage=storage)
    theirs.ask()  # takes trial 0, and dies before a heartbeat
    watcher = Study.open(storage, "toy")
    watcher.watch = Watch(interval=0, grace=0)
    assert watcher.take_back_stale() == []
    assert watcher.take_back_stale() == [0]
    assert study.claim().number == 0


def test_one_thread_beats_for_all_claims(storage, study):
    study.watch.interval = 0.01
    claims = [study.claim(ELSEWHERE) for _ in range(2)]
    count = text("SELECT count(*) FROM trial_heartbeats WHERE heartbeat > :old")
    old = datetime(2000, 1, 1)
    aged = text("UPDATE trial_heartbeats SET heartbeat = :old")
    storage.transaction(lambda connection, _: connection.execute(aged, {"old": old}) and None)
    with study.heartbeats():
        for _ in range(1000):
            if storage.transaction(
                lambda connection, _: connection.execute(count, {"old": old}).scalar_one(),
                reads=True,
            ) == len(claims):
                break
        else:
            pytest.fail("no heartbeat came")
