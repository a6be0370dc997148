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
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from rich.console import Console

from experiments.command_line.run_process import UNSEEN, Job, RunProcess, Starter
from research.records.display import LiveDisplay
from research.records.status import FINISHED
from research.records.store import Record, RecordError
from research.training.interruption import Interruption

SECONDS_BETWEEN_LOOKS = 0.05
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
    with lock_record(record) as lock, Interruption() as interruption:
        for run in waiting:
            run.write_status(replace(run.status(), state="waiting", message="", pid=0))
        jobs = [Job(record, run, lock.fileno()) for run in waiting]
        with LiveDisplay(record, console) as display:
            starter = Starter(record.plan, record.note_warning)
            pool = Pool(starter, min(workers, max(len(jobs), 1)))
            try:
                for look in itertools.count():
                    if interruption.requested:
                        break
                    pool.advance(jobs)
                    if not (jobs or pool.busy):
                        break
                    if look % _LOOKS_PER_REFRESH == 0:
                        display.refresh()
                    time.sleep(SECONDS_BETWEEN_LOOKS)
            finally:
                pool.stop(interruption.signal_number or signal.SIGTERM)
        interruption.raise_if_requested()


@dataclass
class Child:
    """A run that is being trained.

    Attributes:
        lifeline: the other end of its stdin: while it is open, the run knows its launcher alive.
    """

    job: Job
    process: RunProcess
    lifeline: int


@dataclass(frozen=True)
class Ended:
    """A run whose process has ended.

    Attributes:
        job: the run.
        killed: whether the process died of a signal, or unseen, before it could say how it ended.
    """

    job: Job
    killed: bool


class Pool:
    """The processes that train now, one per slot.

    Args:
        starter: starts them.
        size: how many slots.
    """

    def __init__(self, starter: Starter, size: int) -> None:
        self.slots: list[Child | None] = [None] * size
        self.starter = starter

    @property
    def busy(self) -> int:
        """Slots in which a run is being trained."""
        return sum(child is not None for child in self.slots)

    def advance(self, waiting: list[Job]) -> list[Ended]:
        """Collects what has ended and starts what waits, which it takes from the list."""
        ended = []
        for slot, child in enumerate(self.slots):
            if child and child.process.poll() is not None:
                self.slots[slot] = None  # before: collecting fails where the disk is full
                ended.append(self._collect(child))
            if self.slots[slot] is None and waiting and self.starter.is_ready(waiting[0].settings):
                self.slots[slot] = self._start(waiting.pop(0), slot)
        return ended

    def training(self, record: Record) -> list[Job]:
        """The runs of a record that are being trained."""
        return [child.job for child in self.slots if child and child.job.record is record]

    def ask_to_stop(self, record: Record) -> None:
        """Asks the runs of a record to write a checkpoint and go."""
        for child in self.slots:
            if child and child.job.record is record:
                _signal(child, signal.SIGTERM)

    def stop(self, number: int) -> None:
        """Asks every process that still trains to stop, and waits until it has.

        Args:
            number: the signal that asks.
        """
        children = [child for child in self.slots if child]
        self.slots = [None] * len(self.slots)
        for child in children:
            _signal(child, number)
        deadline = time.monotonic() + _SECONDS_TO_STOP
        with ExitStack() as collecting:  # all of them, also where the disk takes no status
            collecting.callback(self.starter.close)
            for child in children:
                try:
                    child.process.wait(max(0.0, deadline - time.monotonic()))
                except subprocess.TimeoutExpired:
                    _signal(child, signal.SIGKILL)
                    child.process.wait()
                collecting.callback(self._collect, child)

    def _start(self, job: Job, slot: int) -> Child:
        stdin, lifeline = os.pipe()
        with job.run.log.open("ab") as log, os.fdopen(stdin, "rb") as held:
            environment = self._environment(job, slot)
            process = self.starter.start(job, held.fileno(), log.fileno(), environment)
        return Child(job, process, lifeline)

    def _environment(self, job: Job, slot: int) -> dict[str, str]:
        """A GPU of its own for every run on one device, as far as there are."""
        if gpus() and job.settings.get("trainer", {}).get("devices", 1) == 1:
            return {"CUDA_VISIBLE_DEVICES": gpus()[slot % len(gpus())]}
        return {}

    def _collect(self, child: Child) -> Ended:
        """Closes what an ended process had; one that died without a word has failed."""
        os.close(child.lifeline)
        run = child.job.run
        status = run.status()
        code = child.process.returncode or 0
        if status.state != "running" and not (status.state == "waiting" and code != 0):
            return Ended(child.job, killed=False)
        stopped = 128 < code < UNSEEN or -code in (signal.SIGTERM, signal.SIGINT)
        message = f"its process ended with {_in_words(code)}; see {run.log}"
        state = replace(
            status, state="interrupted" if stopped else "failed", message=message, pid=0
        )
        run.write_status(state)
        return Ended(child.job, killed=not stopped and (code < 0 or code == UNSEEN))


def _signal(child: Child, number: int) -> None:
    """Sends a signal to a run's process and those that it started for other devices."""
    with suppress(ProcessLookupError):  # it has just ended
        os.killpg(child.process.pid, number)


def _in_words(code: int) -> str:
    if code == UNSEEN:
        return "an exit code that nobody saw"
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def lock_record(record: Record) -> TextIO:
    """Keeps a second command off a record; the lock ends with its last holder.

    Returns:
        The open file that holds the lock, whose descriptor the record's runs inherit.

    Raises:
        RecordError: another command, or a run that it has left behind, holds it.
    """
    file = (record.folder / ".lock").open("a")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise RecordError(
            f"{record.folder} is in use by another command, expected it to have ended"
        ) from None
    return file
