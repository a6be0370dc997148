"""How far a download is: a bar on a terminal, one line in a pipe; and whether it is too long.

pooch takes any object with `total`, `update`, `reset` and `close` for a progress bar.
"""

from collections.abc import Callable
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)

from research.data.official_files import OfficialFile


class WrongLength(Exception):
    """A mirror announces or sends another number of bytes than the official file has."""


class DownloadProgress:
    """Follows one download for pooch, which tells it what has come.

    Args:
        file: what is downloaded.
        address: where from.
        received: tells how many bytes have come.
        console: where it is shown; None shows nothing.
    """

    def __init__(
        self,
        file: OfficialFile,
        address: str,
        received: Callable[[], int],
        console: Console | None,
    ) -> None:
        self._file = file
        self._received = received
        self._bar: Progress | None = None
        text = f"downloading {file.name} from {urlsplit(address).netloc}"
        if console is not None and console.is_terminal:
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                DownloadColumn(),
                TransferSpeedColumn(),
                TimeRemainingColumn(),
                console=console,
                transient=True,
            )
            self._task = self._bar.add_task(text, total=file.size)
        elif console is not None:
            console.print(
                f"{text} ({file.size:,} bytes)", markup=False, highlight=False, soft_wrap=True
            )

    def __enter__(self) -> Self:
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def total(self) -> int:
        """Bytes in all, as the mirror announces them; 0 if it does not."""
        return self._file.size

    @total.setter
    def total(self, announced: int) -> None:
        if announced not in (0, self._file.size):
            raise WrongLength(f"announces {announced:,} bytes, expected {self._file.size:,}")

    def update(self, _: int) -> None:
        """More bytes have come: not as many as pooch says, which is the most that a chunk holds."""
        received = self._received()
        if received > self._file.size:
            raise WrongLength(f"sends more than {self._file.size:,} bytes")
        if self._bar is not None:
            self._bar.update(self._task, completed=received)

    def reset(self) -> None:
        """Everything has come."""

    def close(self) -> None:
        """Nothing more comes."""
        if self._bar is not None:
            self._bar.stop()
