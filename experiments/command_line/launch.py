"""Runs side by side: one process each, one live display. Imports no torch.

A process per run keeps runs apart (a crash, a NaN, a thread count), and two processes of one thread
get more done than one process of two on models as small as a lecture's.
"""

import fcntl
import itertools
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from experiments.command_line.run_process import UNSEEN, RunProcess, Starter
from research.records.display import LiveDisplay
from research.records.status import FINISHED
from research.records.store import Record, RecordError, RunStore
from research.training.interruption import Interruption

_SECONDS_BETWEEN_LOOKS = 0.05
_LOOKS_PER_REFRESH = 4
_SECONDS_TO_STOP = 60.0


def cores() -> int:
    """Processor cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def gpus() -> list[str]:
    """The NVIDIA GPUs that a run may use, by the names that CUDA_VISIBLE_DEVICES takes."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return [name for name in visible.split(",") if name.strip()]
    return [str(i) for i in range(len(list(Path("/proc/driver/nvidia/gpus").glob("*"))))]


def default_workers(runs: int, accelerator: str = "auto", devices: int = 1) -> int:
    """Runs at a time: one per GPU, or one per core, and no more than there are runs.

    Args:
        runs: how many there are to do.
        accelerator: as in the settings; "cpu" leaves GPUs alone.
        devices: devices of one run.
    """
    units = len(gpus()) if gpus() and accelerator != "cpu" else cores()
    return max(1, min(units // devices, runs))


def default_threads(workers: int) -> int:
    """Threads of each run: OMP_NUM_THREADS if set, else the cores, shared evenly."""
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    return int(wanted) if wanted.isdecimal() and int(wanted) else max(1, cores() // workers)


def run_all(record: Record, workers: int, console: Console) -> None:
    """Trains every run of a record that is not done, and shows how they stand.

    How each run ended is in its status. A run that fails does not stop the others.

    Args:
        record: the record.
        workers: runs at a time.
        console: where the display goes.

    Raises:
        Interrupted: a signal came; every run was asked to stop, wrote its checkpoint, and can be
            resumed.
        RecordError: another process works on this record.
    """
    waiting = [run for run in record.runs() if run.status().state not in FINISHED]
    with _locked(record) as lock, Interruption() as interruption:
        for run in waiting:
            run.write_status(replace(run.status(), state="waiting", message="", pid=0))
        with LiveDisplay(record, console) as display:
            pool = Pool(record, min(workers, max(len(waiting), 1)), lock)
            try:
                for look in itertools.count():
                    if interruption.requested or not pool.advance(waiting):
                        break
                    if look % _LOOKS_PER_REFRESH == 0:
                        display.refresh()
                    time.sleep(_SECONDS_BETWEEN_LOOKS)
            finally:
                pool.stop(interruption)
        interruption.raise_if_requested()


@dataclass
class Child:
    """A run that is being trained.

    Attributes:
        lifeline: the other end of its stdin: while it is open, the run knows its launcher alive.
    """

    run: RunStore
    process: RunProcess
    lifeline: int


class Pool:
    """The processes that train now, one per slot.

    Args:
        record: the record.
        size: how many slots.
        lock: a file descriptor that children inherit, so that the record stays locked while one of
            them lives.
    """

    def __init__(self, record: Record, size: int, lock: int) -> None:
        self.record = record
        self.slots: list[Child | None] = [None] * size
        self.starter = Starter(record, lock)

    def advance(self, waiting: list[RunStore]) -> bool:
        """Collects what has ended and starts what waits; whether anything is left to do."""
        for slot, child in enumerate(self.slots):
            if child and child.process.poll() is not None:
                self._collect(child)
                self.slots[slot] = None
            if self.slots[slot] is None and waiting and self.starter.is_ready(waiting[0]):
                self.slots[slot] = self._start(waiting.pop(0), slot)
        return any(self.slots) or bool(waiting)

    def stop(self, interruption: Interruption) -> None:
        """Asks every process that still trains to stop, and waits until it has."""
        children = [child for child in self.slots if child]
        number = interruption.signal_number or signal.SIGTERM
        for child in children:
            _signal(child, number)
        deadline = time.monotonic() + _SECONDS_TO_STOP
        for child in children:
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                _signal(child, signal.SIGKILL)
                child.process.wait()
            self._collect(child)
        self.starter.close()

    def _start(self, run: RunStore, slot: int) -> Child:
        stdin, lifeline = os.pipe()
        with run.log.open("ab") as log, os.fdopen(stdin, "rb") as held:
            environment = self._environment(run, slot)
            process = self.starter.start(run, held.fileno(), log.fileno(), environment)
        return Child(run, process, lifeline)

    def _environment(self, run: RunStore, slot: int) -> dict[str, str]:
        """A GPU of its own for every run on one device."""
        trainer = self.record.plan.variants[run.variant].settings.get("trainer", {})
        if gpus() and trainer.get("devices", 1) == 1:
            return {"CUDA_VISIBLE_DEVICES": gpus()[slot % len(gpus())]}
        return {}

    def _collect(self, child: Child) -> None:
        """Closes what an ended process had; one that died without a word has failed."""
        os.close(child.lifeline)
        status = child.run.status()
        code = child.process.returncode or 0
        if status.state == "running" or (status.state == "waiting" and code != 0):
            stopped = 128 < code < UNSEEN or -code in (signal.SIGTERM, signal.SIGINT)
            message = f"its process ended with {_in_words(code)}; see {child.run.log}"
            state = replace(
                status, state="interrupted" if stopped else "failed", message=message, pid=0
            )
            child.run.write_status(state)


def _signal(child: Child, number: int) -> None:
    """Sends a signal to a run's process and those that it started for other devices."""
    with suppress(ProcessLookupError):  # it has just ended
        os.killpg(child.process.pid, number)


def _in_words(code: int) -> str:
    if code == UNSEEN:
        return "an exit code that nobody saw"
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


@contextmanager
def _locked(record: Record) -> Iterator[int]:
    """Keeps a second command off the record; the lock ends with its last holder."""
    with (record.folder / ".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RecordError(
                f"{record.folder} is in use by another command, expected it to have ended"
            ) from None
        yield file.fileno()
