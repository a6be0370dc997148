"""What went wrong with a database: whether it will pass, and one line about it."""

import sqlite3

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

_PASSING_STATES = (
    "08",  # the connection is lost
    "25P03",  # a transaction was cut off since it stood still
    "40",  # deadlock, or a transaction that could not be put in order
    "53300",  # too many connections
    "55P03",  # a lock was not had in time
    "57P",  # the server shuts down, or starts
)
"""Beginnings of PostgreSQL's error codes (its manual, appendix A) for what passes."""
_LASTING_WORDS = ("authentication failed", "does not exist", "no pg_hba.conf entry", "no password")
"""Refused connections, which psycopg raises without a code."""
_FULL = {"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "SQLITE_IOERR_FSYNC"}


def database_error(error: BaseException | None) -> DBAPIError | None:
    """The error of the database under one that Optuna made of it; None if there is none."""
    while error is not None and not isinstance(error, DBAPIError):
        error = error.__cause__ if not isinstance(error, SQLAlchemyError) else None
    return error


def passes(error: DBAPIError) -> bool:
    """Whether the same is worth trying again: the server is away, or another one is writing."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return _name(cause).startswith(("SQLITE_BUSY", "SQLITE_LOCKED"))
    state = getattr(cause, "sqlstate", None)
    if state:
        return str(state).startswith(_PASSING_STATES)
    lost = error.connection_invalidated or type(cause).__name__ == "OperationalError"
    return lost and not any(words in str(cause) for words in _LASTING_WORDS)


def is_full(error: DBAPIError) -> bool:
    """Whether the disk under it takes no more."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return _name(cause) in _FULL
    return getattr(cause, "sqlstate", None) == "53100"


def in_words(error: DBAPIError) -> str:
    """What happened, in one line; a password may stand in it."""
    cause = error.orig
    if is_full(error):
        return "can't be written, the disk may be full; make room"
    if isinstance(cause, sqlite3.Error) and _name(cause) in {"SQLITE_CORRUPT", "SQLITE_NOTADB"}:
        return f"is damaged, or no database ({cause})"
    line = next(iter(str(cause).strip().splitlines()), type(cause).__name__)
    return line.rpartition("failed: ")[2].removeprefix("FATAL: ").strip()


def _name(error: sqlite3.Error) -> str:
    return str(getattr(error, "sqlite_errorname", ""))
