"""Runs side by side: one process each, one live display. Imports no torch.

A process per run keeps runs apart (a crash, a NaN, a thread count), and two processes of one thread
get more done than one process of two on models as small as a lecture's.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from rich.console import Console

from research.records.display import LiveDisplay
from research.records.status import FINISHED
from research.records.store import Record, RecordError, RunStore
from research.training.interruption import Interruption

_SECONDS_BETWEEN_LOOKS = 0.2
_SECONDS_TO_STOP = 60.0
_KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(2**25), "MALLOC_TRIM_THRESHOLD_": str(2**30)}
"""Has glibc keep what a step frees for the next one: measured 1.2 times the steps/s."""


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
                while pool.advance(waiting) and not interruption.requested:
                    display.refresh()
                    time.sleep(_SECONDS_BETWEEN_LOOKS)
            finally:
                pool.stop(interruption)
        interruption.raise_if_requested()


@dataclass
class Child:
    """A run that is being trained."""

    run: RunStore
    process: subprocess.Popen[bytes]
    log: IO[bytes]


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
        self.lock = lock

    def advance(self, waiting: list[RunStore]) -> bool:
        """Collects what has ended and starts what waits; whether anything is left to do."""
        for slot, child in enumerate(self.slots):
            if child and child.process.poll() is not None:
                self._collect(child)
                self.slots[slot] = None
            if self.slots[slot] is None and waiting:
                self.slots[slot] = self._start(waiting.pop(0), slot)
        return any(self.slots)

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

    def _start(self, run: RunStore, slot: int) -> Child:
        log = run.log.open("ab")
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "experiments.command_line.one_run"),
                *(str(self.record.folder), run.variant, str(run.seed)),
            ],
            env=self._environment(run, slot),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            pass_fds=[self.lock],
            start_new_session=True,
        )
        return Child(run, process, log)

    def _environment(self, run: RunStore, slot: int) -> dict[str, str]:
        environment = {
            **_KEEP_MEMORY,
            **os.environ,
            "DESCENT_LAUNCHED": "1",
            "OMP_NUM_THREADS": str(self.record.plan.threads),
        }
        trainer = self.record.plan.variants[run.variant].settings.get("trainer", {})
        if gpus() and trainer.get("devices") == 1:
            environment["CUDA_VISIBLE_DEVICES"] = gpus()[slot % len(gpus())]
        return environment

    def _collect(self, child: Child) -> None:
        """Closes what an ended process had; one that died without a word has failed."""
        child.log.close()
        if child.process.stdin:
            child.process.stdin.close()
        status = child.run.status()
        code = child.process.returncode
        if status.state == "running" or (status.state == "waiting" and code != 0):
            stopped = code > 128 or -code in (signal.SIGTERM, signal.SIGINT)
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
