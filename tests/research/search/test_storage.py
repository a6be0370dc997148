import resource
import threading

import optuna
import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from research.search.errors import StorageError
from research.search.storage import open_storage, study_lock
from research.search.study import Study
from research.settings.errors import SettingsError
from tests.studies import toy_plan


def test_optuna_reads_what_a_study_writes_and_writes_what_it_reads(storage, study):
    claim = study.claim()
    study.complete(claim, 0.5)
    theirs = optuna.load_study(study_name="toy", storage=storage)
    assert [trial.number for trial in theirs.trials] == [0, 1, 2, 3, 4, 5]
    assert theirs.best_trial.number == 0 and theirs.best_params == dict(claim.params)
    running = study.claim()
    trial_id = storage.get_trial_id_from_study_id_trial_number(theirs._study_id, running.number)
    optuna.trial.Trial(theirs, trial_id).report(0.25, step=7)
    assert study.table().trials[1].intermediate == {7: 0.25}


def test_a_lost_answer_is_asked_for_again_and_said_once(storage, warnings_of_storage):
    tries = []

    def work(connection, again):
        tries.append(again)
        if len(tries) < 3:
            raise OperationalError("BEGIN", {}, _PASSES[storage.is_sqlite]())
        return connection.execute(text("SELECT 1")).scalar_one()

    assert storage.transaction(work) == 1
    assert tries == [False, True, True]
    (said,) = warnings_of_storage
    assert said.startswith(f"{storage.shown} does not answer, tried again for 300 s:")


def test_a_fault_that_stays_is_an_error_at_once(storage, warnings_of_storage):
    with pytest.raises(StorageError) as refused:
        storage.transaction(lambda connection, _: connection.execute(text("SELECT * FROM nothing")))
    assert str(refused.value).startswith(f"{storage.shown}: ") and "nothing" in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1 and not warnings_of_storage


def test_waiting_ends_where_it_is_given_up(storage):
    storage.give_up = lambda: True
    with pytest.raises(StorageError, match="has not answered for 0 s"):
        storage.transaction(_always_busy(storage))


def test_of_a_transaction_that_fails_nothing_is_left(storage, study):
    def half(connection, _):
        connection.execute(text("UPDATE trials SET number = 7"))
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        storage.transaction(half)
    assert [trial.number for trial in study.table().trials] == [0, 1, 2, 3, 4, 5]


def test_a_study_lock_keeps_threads_apart_and_studies_do_not_share_it(storage):
    order = []

    def other(name):
        with study_lock(storage, name):
            order.append(name)

    threads = [threading.Thread(target=other, args=(name,)) for name in ("toy", "other")]
    with study_lock(storage, "toy"):
        for thread in threads:
            thread.start()
        if not storage.is_sqlite:  # one file, one lock
            threads[1].join()
        order.append("end")
    for thread in threads:
        thread.join()
    assert sorted(order) == ["end", "other", "toy"]
    assert order.index("end") < order.index("toy")
    assert storage.is_sqlite or order[0] == "other"


def test_a_disk_that_is_full_is_one_line_and_nothing_is_lost(tmp_path):
    """A limit of the size of files stands for the disk; the log of the database grows into it."""
    storage = open_storage(f"sqlite:///{tmp_path}/study.db")
    study = Study.create(storage, "toy", toy_plan())
    claim = study.claim()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    written = (tmp_path / "study.db-wal").stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (written, hard))
    try:
        with pytest.raises(
            StorageError, match=r"study\.db: can't be written, the disk may be full"
        ):
            study.complete(claim, 0.5)
        assert study.counts()["running"] == 1  # it can still be read
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert study.complete(claim, 0.5)
    storage.close()
    again = open_storage(f"sqlite:///{tmp_path}/study.db", create=False)
    assert Study.open(again, "toy").table().trials[0].value == 0.5
    again.close()


def test_what_can_not_be_opened_is_refused_in_one_line(tmp_path, postgres, capfd):
    (tmp_path / "notes.db").write_text("no database at all, " * 100)
    problems = {
        f"sqlite:///{tmp_path}/notes.db": "is damaged, or no database",
        f"sqlite:///{tmp_path}/nowhere/study.db": "nowhere is not there",
        f"sqlite:///{tmp_path}": "unable to open database file",
        "postgresql://me:secret@host:port/db": "found postgresql://me:***@host:port/db, expected",
        postgres.url("nowhere"): 'database "nowhere" does not exist',
        postgres.url(password="guessed"): "password authentication failed",
    }
    for url, words in problems.items():
        with pytest.raises(SettingsError) as refused:
            open_storage(url)
        (problem,) = refused.value.problems
        assert words in problem and "guessed" not in problem and "secret" not in problem
    with pytest.raises(SettingsError, match="is not there"):
        open_storage(f"sqlite:///{tmp_path}/study.db", create=False)
    assert not (tmp_path / "study.db").exists()
    assert capfd.readouterr() == ("", "")


def test_names_and_options_of_a_url_are_taken_as_they_are(tmp_path, postgres):
    storage = open_storage(f"sqlite:///{tmp_path}/{{a}} 100%.db")
    assert (tmp_path / "{a} 100%.db").exists()
    storage.close()
    storage = open_storage(postgres.new_schema())
    schema = storage.transaction(
        lambda connection, _: connection.execute(text("SELECT current_schema()")).scalar_one()
    )
    assert schema.startswith("study_")
    storage.close()


def test_a_storage_with_its_password_is_not_pickled(storage):
    import pickle

    with pytest.raises(TypeError, match="can't be pickled"):
        pickle.dumps(storage)


def _sqlite_is_busy():
    import sqlite3

    error = sqlite3.OperationalError("database is locked")
    error.sqlite_errorname = "SQLITE_BUSY"
    return error


def _server_is_away():
    import psycopg

    return psycopg.OperationalError("the connection is closed")


_PASSES = {True: _sqlite_is_busy, False: _server_is_away}


def _always_busy(storage):
    def work(connection, again):
        raise OperationalError("BEGIN", {}, _PASSES[storage.is_sqlite]())

    return work
