"""The database of a study: SQLite for one machine, PostgreSQL for many, patient with both.

Optuna's own storage is used, and its tables, so that whatever reads Optuna's studies reads ours.
What is added: a transaction of SQLite that writes begins with BEGIN IMMEDIATE, since Python's
sqlite3 begins none before a SELECT and two workers could claim what both have read as free; the
clocks of PostgreSQL are read in UTC whatever a client's time zone; and a server that is away is
waited for.
"""

import functools
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

import optuna
from optuna.exceptions import StorageInternalError
from optuna.storages import RDBStorage
from sqlalchemy import Connection, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from research.search.errors import StorageError
from research.search.storage_faults import database_error, in_words, is_full, passes
from research.search.storage_url import (
    EXPECTED,
    checked_url,
    shown_url,
    sqlite_file,
    without_secrets,
)
from research.search.study_lock import opening_lock, study_lock
from research.settings.errors import SettingsError

if TYPE_CHECKING:
    import psycopg

__all__ = ["Storage", "open_storage", "shown_url", "study_lock"]

PATIENCE = 300.0
"""Seconds to wait for a database that is away."""
_PATIENCE_AT_FIRST = 30.0
"""The same for one that has not answered yet: its address may be wrong."""
_PAUSES = (0.1, 5.0)
"""Seconds between two tries: the first, and the longest; each is twice the one before."""
_BUSY = 60.0
"""Seconds that SQLite waits for another writer before it says that it could not."""
_POSTGRESQL_OPTIONS = {
    "tcp_keepalives_idle": "30",  # a dead client's locks end in a minute, not in two hours
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
    "idle_in_transaction_session_timeout": "60s",
}
Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def open_storage(
    url: str,
    patience: float = PATIENCE,
    on_wait: Callable[[str], None] | None = None,
    *,
    create: bool = True,
) -> "Storage":
    """Opens a study's database, and makes its tables where there are none.

    Args:
        url: sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE.
        patience: seconds for which a database that is away is tried again.
        on_wait: is told, once for each time that it goes away; by default stderr is.
        create: whether SQLite may make a new file.

    Raises:
        SettingsError: the URL can't be one, or leads nowhere.
        StorageError: the database does not answer, or refuses.
    """
    used = checked_url(url)
    file = sqlite_file(used)
    if file is not None and not (file.parent.is_dir() if create else file.is_file()):
        raise SettingsError(f"storage: {file if not create else file.parent} is not there")
    optuna.logging.set_verbosity(optuna.logging.WARNING)  # or it prints every study and trial
    return Storage(used, patience, on_wait or _to_stderr)


def _patient(
    method: Callable[Concatenate[Any, Arguments], Result], reads: bool = False
) -> Callable[Concatenate[Any, Arguments], Result]:
    """A method of Optuna's storage that may be done twice, with patience."""

    @functools.wraps(method)
    def patient(self: Any, /, *args: Arguments.args, **options: Arguments.kwargs) -> Result:
        done: Result = self.patiently(lambda _: method(self, *args, **options), reads)
        return done

    return patient


class Storage(RDBStorage):
    """Optuna's storage with whole transactions of one's own, and patience.

    Attributes:
        shown: its URL without passwords.
        used_url: its URL with them.
        is_sqlite: whether it is a file.
        give_up: is asked between two tries; once it says yes, waiting ends with a StorageError.

    Args:
        url: as `checked_url` makes it.
        patience: seconds for which a database that is away is tried again.
        on_wait: is told, once for each time that it goes away.
    """

    def __init__(self, url: str, patience: float, on_wait: Callable[[str], None]) -> None:
        self.shown = shown_url(url)
        self.give_up: Callable[[], bool] = lambda: False
        self._patience = min(patience, _PATIENCE_AT_FIRST)
        self._on_wait = on_wait
        self._opened = self._told = False
        self._thread = threading.local()
        self.used_url = url
        self.is_sqlite = sqlite_file(url) is not None
        self.patiently(lambda _: self._open(url))
        self._patience = patience
        self._opened = True

    def _open(self, url: str) -> None:
        try:
            options = _sqlite_options() if self.is_sqlite else _postgresql_options(url)
        except (ValueError, ArgumentError):  # as of a port that is no number
            raise SettingsError(f"storage: found {self.shown}, expected {EXPECTED}") from None
        try:
            with opening_lock(url, options):
                # braces are a template to Optuna
                super().__init__(url.replace("{", "{{").replace("}", "}}"), options)
        except ImportError:
            raise SettingsError(
                f"storage: {self.shown} needs psycopg: pip install 'descent[postgres]'"
            ) from None
        except RuntimeError as error:  # another version's tables
            raise SettingsError(f"storage: {self.shown}: {error}") from None
        except OSError as error:
            raise SettingsError(f"storage: {self.shown}: {error.strerror}") from None
        prepare = _prepare_sqlite if self.is_sqlite else _prepare_postgresql
        event.listen(self.engine, "connect", prepare)
        if self.is_sqlite:
            event.listen(self.engine, "begin", self._begin)
        self.engine.dispose()

    def _begin(self, connection: Connection) -> None:
        reads = getattr(self._thread, "reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    def transaction(
        self, work: Callable[[Connection, bool], Result], reads: bool = False
    ) -> Result:
        """Does all of `work` or nothing, again if the database went away in it.

        Args:
            work: gets a connection and whether this is another try: it may then have been done,
                with only the word of it lost, so it must know its own traces.
            reads: whether it changes nothing, so that it keeps nobody waiting.

        Raises:
            StorageError: the database is away for too long, full or damaged.
        """

        def attempt(again: bool) -> Result:
            with self.engine.begin() as connection:
                return work(connection, again)

        return self.patiently(attempt, reads)

    def patiently(self, attempt: Callable[[bool], Result], reads: bool = False) -> Result:
        """Tries until it is done, see `transaction`; here the attempt is nothing but repeated.

        Args:
            attempt: gets whether this is another try.
            reads: whether it changes nothing.
        """
        since, pause = None, _PAUSES[0]
        while True:
            try:
                with self._reading(reads):
                    result = attempt(since is not None)
            except (SQLAlchemyError, StorageInternalError) as error:
                since = since or time.monotonic()
                self._wait(error, time.monotonic() - since, pause)
                pause = min(2 * pause, _PAUSES[1])
            else:
                if since is not None:
                    self._told = False
                return result

    def _wait(self, error: Exception, waited: float, pause: float) -> None:
        """Waits before the next try, or says in one line why there is none."""
        cause = database_error(error)
        if cause is None:
            raise error
        words = without_secrets(in_words(cause), self.used_url)
        if not passes(cause):
            if self._opened or is_full(cause):
                raise StorageError(f"{self.shown}: {words}") from None
            raise SettingsError(f"storage: {self.shown}: {words}") from None
        if waited + pause > self._patience or self.give_up():
            raise StorageError(
                f"{self.shown} has not answered for {waited:.0f} s: {words}"
            ) from None
        if not self._told:
            self._told = True
            self._on_wait(
                f"{self.shown} does not answer, tried again for {self._patience:.0f} s: {words}"
            )
        time.sleep(pause)

    @contextmanager
    def _reading(self, reads: bool) -> Iterator[None]:
        before = getattr(self._thread, "reads", False)
        self._thread.reads = reads
        try:
            yield
        finally:
            self._thread.reads = before

    def close(self) -> None:
        """Closes its connections; those of other threads that are in use end with their use."""
        self.engine.dispose()

    def __getstate__(self) -> dict[Any, Any]:
        """Its URL holds a password, which must not lie in a file."""
        raise TypeError("a storage can't be pickled; open it again where it is needed")

    # Of Optuna's methods, those that may be done twice: a study's own steps are transactions above.
    get_study_id_from_name = _patient(RDBStorage.get_study_id_from_name, reads=True)
    get_study_name_from_id = _patient(RDBStorage.get_study_name_from_id, reads=True)
    get_study_directions = _patient(RDBStorage.get_study_directions, reads=True)
    get_study_user_attrs = _patient(RDBStorage.get_study_user_attrs, reads=True)
    get_study_system_attrs = _patient(RDBStorage.get_study_system_attrs, reads=True)
    get_all_studies = _patient(RDBStorage.get_all_studies, reads=True)
    get_trial = _patient(RDBStorage.get_trial, reads=True)
    get_trial_id_from_study_id_trial_number = _patient(
        RDBStorage.get_trial_id_from_study_id_trial_number, reads=True
    )
    _get_trials = _patient(RDBStorage._get_trials, reads=True)
    _get_best_trial_id = _patient(RDBStorage._get_best_trial_id, reads=True)
    set_trial_param = _patient(RDBStorage.set_trial_param)
    set_trial_intermediate_value = _patient(RDBStorage.set_trial_intermediate_value)
    set_trial_user_attr = _patient(RDBStorage.set_trial_user_attr)
    set_trial_system_attr = _patient(RDBStorage.set_trial_system_attr)
    set_study_user_attr = _patient(RDBStorage.set_study_user_attr)
    set_study_system_attr = _patient(RDBStorage.set_study_system_attr)
    record_heartbeat = _patient(RDBStorage.record_heartbeat)


def _sqlite_options() -> dict[str, Any]:
    return {"connect_args": {"timeout": _BUSY, "check_same_thread": False}}


def _prepare_sqlite(connection: sqlite3.Connection, _: object) -> None:
    """Readers beside one writer; a power cut may take the last trials back, never damage them."""
    connection.isolation_level = None  # transactions are begun by Storage
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")


def _postgresql_options(url: str) -> dict[str, Any]:
    """Ours, and after them those of the URL, which they would replace otherwise."""
    theirs = make_url(url).normalized_query.get("options", ())
    ours = [f"-c {name}={value}" for name, value in _POSTGRESQL_OPTIONS.items()]
    options = " ".join([*ours, *theirs])
    return {"pool_pre_ping": True, "connect_args": {"connect_timeout": 10, "options": options}}


def _prepare_postgresql(connection: "psycopg.Connection", _: object) -> None:
    """Heartbeats are kept without their zone; the variable PGTZ would win over an option."""
    connection.execute("SET TIME ZONE 'UTC'")
    connection.commit()


def _to_stderr(line: str) -> None:
    print(line, file=sys.stderr)
