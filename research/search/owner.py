"""Which process works on a trial, so that on its own machine its death is seen at once.

A process is known by its number, the time at which it started and the machine: numbers are used
again, and containers give the same name and the same numbers to several machines. Where the system
does not tell (no /proc), a process is never taken for dead, and heartbeats decide.
"""

import os
import socket
from pathlib import Path
from typing import Self

from research.settings.base import Settings

_AFTER_THE_NAME = 19
"""Field 22 of /proc/PID/stat, the start, counted from behind the name in brackets."""


class Owner(Settings):
    """A process that works on trials."""

    host: str
    """Name of the machine, for people."""
    machine: str
    """One start of one kernel and its space of process numbers; "" where that is not known."""
    pid: int
    """Number of the process."""
    started: str
    """When it started, in ticks since the machine did."""

    @classmethod
    def here(cls) -> Self:
        """This process."""
        pid = os.getpid()
        return cls(
            host=socket.gethostname(), machine=_machine(), pid=pid, started=_started(pid) or ""
        )

    def is_dead(self) -> bool:
        """Whether it lived on this machine and no longer does; False where that can't be known."""
        if not self.machine or self.machine != _machine():
            return False
        return _started(self.pid) != self.started


def _machine() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"  # noqa: PTH115  (no path, but a name)
    except OSError:
        return ""


def _started(pid: int) -> str | None:
    """When a process started; None for one that has ended, even if nobody has asked how."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else fields[_AFTER_THE_NAME]
