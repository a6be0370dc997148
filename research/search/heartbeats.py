"""One thread that says, every few seconds, that this process lives and works on its trials."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from research.search.errors import StorageError


class Heartbeats:
    """Beats while its context lasts.

    A database that is away is waited for as everywhere else; the trials have then been taken back
    perhaps, which the next beat learns, or the worker when it tells its result.

    Args:
        beat: says it once.
        interval: seconds between two.
    """

    def __init__(self, beat: Callable[[], object], interval: float) -> None:
        self._beat = beat
        self._interval = interval
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="heartbeats", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stop.set()
        self._thread.join(self._interval)  # one that waits for the database keeps nobody waiting

    def _work(self) -> None:
        while not self._stop.wait(self._interval):
            try:
                self._beat()
            except StorageError:  # the worker meets the same in its own steps, and says so
                continue
