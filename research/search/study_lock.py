"""A lock over all processes that work on a study, for what takes longer than a transaction.

SQLite: a lock on a file beside it. PostgreSQL: an advisory lock. Both end with the process that
holds them. Where a lost connection ends one too early, transactions still keep trials apart.
"""

import fcntl
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from research.search.storage_url import sqlite_file

if TYPE_CHECKING:
    from research.search.storage import Storage

_NAMESPACE = zlib.crc32(b"descent") >> 1
"""The first of the two keys of all our advisory locks; PostgreSQL takes 31 bits and a sign."""


@contextmanager
def study_lock(storage: "Storage", study: str) -> Iterator[None]:
    """Keeps every other process and thread out that asks for the same study's lock.

    Raises:
        StorageError: the database is away for too long.
    """
    file = sqlite_file(storage.used_url)
    if file is not None:
        with _file_lock(file):
            yield
        return
    connection = storage.patiently(lambda _: _locked(storage.engine.connect(), study))
    try:
        yield
    finally:
        connection.invalidate()  # closes it, which ends the lock even where the server is away
        connection.close()


@contextmanager
def opening_lock(url: str, options: Mapping[str, Any]) -> Iterator[None]:
    """Keeps every other process out while tables are made, which databases do not order.

    Args:
        url: of the storage.
        options: of SQLAlchemy's engine.
    """
    file = sqlite_file(url)
    if file is not None:
        with _file_lock(file):
            yield
        return
    engine = create_engine(url, **{**options, "poolclass": NullPool})
    with engine.connect() as connection:
        _locked(connection, "")
        yield
    engine.dispose()


@contextmanager
def _file_lock(database: Path) -> Iterator[None]:
    with database.with_name(f"{database.name}.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _locked(connection: Connection, study: str) -> Connection:
    """The connection, which then holds the lock; it is closed if that fails."""
    connection = connection.execution_options(isolation_level="AUTOCOMMIT")
    try:
        connection.execute(
            text("SELECT pg_advisory_lock(:space, :name)"),
            {"space": _NAMESPACE, "name": zlib.crc32(study.encode()) >> 1},
        )
    except DBAPIError:
        connection.close()
        raise
    return connection
