"""A lock on the data folder: one process at a time puts files there.

A folder is made for the lock, and where nothing came it is removed: its name may be mistyped.
"""

import errno
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

_LOCK = ".download.lock"
_ATTEMPTS = 100


@contextmanager
def alone_in(folder: Path, home: Path, wait: Callable[[], None]) -> Iterator[None]:
    """Keeps other downloads off the folder, and removes those that were made for nothing.

    The lock ends with the process that holds it.

    Args:
        folder: the data folder.
        home: where in it the files go.
        wait: called where another process has the folder, before it is waited for.

    Raises:
        OSError: the folder can't be made or written.
    """
    lock, new = _lock(folder, home, wait)
    with lock:
        try:
            yield
        finally:
            if home != folder and home in new:
                _remove_empty(new.pop(0))  # before another process may fill it
            (folder / _LOCK).unlink(missing_ok=True)
            for each in new:
                _remove_empty(each)


def _lock(folder: Path, home: Path, wait: Callable[[], None]) -> tuple[TextIO, list[Path]]:
    """The locked file, and the folders that were not there before, the innermost first.

    Whoever holds the lock removes its file at the end. One that waited then has the lock of a file
    that others do not see, and begins anew.
    """
    for _ in range(_ATTEMPTS):
        new = [each for each in dict.fromkeys((home, folder, *folder.parents)) if not each.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        try:
            lock = (folder / _LOCK).open("a")
        except FileNotFoundError:  # the folder was another's, who has just removed it
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            wait()
            fcntl.flock(lock, fcntl.LOCK_EX)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(lock.fileno()), (folder / _LOCK).stat()):
                return lock, new
        lock.close()
    raise OSError(errno.EAGAIN, "other processes make and remove it all the time")


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):  # it is not there, or something is in it
        folder.rmdir()
