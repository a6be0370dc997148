"""SIGTERM and SIGINT as requests: finish the step, write a checkpoint, leave. No torch."""

import signal
from types import FrameType, TracebackType
from typing import Self


class Interrupted(BaseException):
    """A run was asked to stop, has finished its step, and can be resumed.

    Like KeyboardInterrupt it is no Exception: code that handles errors must not mistake it for one.
    """

    def __init__(self, signal_number: int) -> None:
        super().__init__(f"interrupted by {signal.Signals(signal_number).name}")
        self.signal_number = signal_number

    @property
    def exit_code(self) -> int:
        """The shell's convention: 128 + signal, so 143 for SIGTERM and 130 for SIGINT."""
        return 128 + self.signal_number


class Interruption:
    """Remembers the first SIGTERM or SIGINT instead of dying of it.

    As a context manager it installs its handlers and puts the former ones back. `install` may be
    called again, where a library has put its own handlers on top.
    """

    def __init__(self) -> None:
        self.signal_number: int | None = None
        self._former: dict[int, signal._HANDLER] = {}

    @property
    def requested(self) -> bool:
        """Whether a signal has come."""
        return self.signal_number is not None

    def install(self) -> None:
        """Makes this object the handler of both signals; only the main thread may."""
        for number in (signal.SIGTERM, signal.SIGINT):
            former = signal.signal(number, self._remember)
            if former != self._remember:
                self._former.setdefault(number, former)

    def restore(self) -> None:
        """Puts the handlers back that `install` found."""
        while self._former:
            signal.signal(*self._former.popitem())

    def raise_if_requested(self) -> None:
        """Raises Interrupted if a signal has come."""
        if self.signal_number is not None:
            raise Interrupted(self.signal_number)

    def _remember(self, signal_number: int, frame: FrameType | None) -> None:
        del frame
        self.signal_number = self.signal_number or signal_number

    def __enter__(self) -> Self:
        self.install()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.restore()
