"""How the process of a run comes to be: forked from one that has torch in memory, or started anew.

A fork is there in a tenth of a second, a fresh Python takes the processor for several. Runs on
several devices are started anew, since Lightning starts their other ranks by the same command, and
so is everything on systems other than Linux, where a fork with loaded frameworks is not safe.
"""

import json
import os
import select
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from experiments.command_line import fork_server
from experiments.command_line.catalog import experiment_of
from experiments.command_line.fork_server import LARGEST_PACKET, READY
from experiments.command_line.ranks import without_ranks
from research.records.store import Plan, Record, RunStore
from research.settings.errors import SettingsError

UNSEEN = 256
"""The exit code of a process whose end nobody saw: no real one is as large."""
_KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(2**25), "MALLOC_TRIM_THRESHOLD_": str(2**30)}
"""Has glibc keep what a step frees for the next one: measured 1.2 times the steps/s."""
ONE_RUN = ["-m", "experiments.command_line.one_run"]
PRELOADED = (
    "callbacks.durable_checkpoint",
    "callbacks.recorder",
    "callbacks.standard",
    "experiments.command_line.computing",
    "experiments.command_line.one_run",
    "research.records.record_logger",
    "research.records.wandb_mirror",
    "research.training.module",
    "research.training.stages",
    "research.training.sweep",
    "research.training.trainer",
)
PRELOADED_TO_PRUNE = ("research.search.pruners", "research.search.study")
_SECONDS_BETWEEN_LOOKS = 0.02
_SECONDS_TO_END = 1.0


class RunProcess(Protocol):
    """What the launcher needs of a process; `subprocess.Popen` is one.

    Attributes:
        pid: its id, and that of its group.
        returncode: None while it runs, negative if a signal ended it.
    """

    @property
    def pid(self) -> int:
        """Its id."""

    @property
    def returncode(self) -> int | None:
        """How it ended, as far as is known."""

    def poll(self) -> int | None:
        """How it ended; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Waits for its end."""


@dataclass(frozen=True)
class Job:
    """A run to be started.

    Attributes:
        record: the record that it belongs to.
        run: the run.
        lock: a file descriptor that its process inherits, so that the record stays locked while
            the process lives.
    """

    record: Record
    run: RunStore
    lock: int

    @property
    def settings(self) -> Mapping[str, Any]:
        """The run's settings, as plain types."""
        return self.record.plan.variants[self.run.variant].settings


class Starter:
    """Starts runs of one experiment, of one record or of many.

    Args:
        plan: of a record: the experiment, the threads of each run, and whether W&B is used.
        warn: takes a warning, a line, for the record or the console.
        environment: what every run has besides the launcher's own.
    """

    def __init__(
        self,
        plan: Plan,
        warn: Callable[[str], None],
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.server: ForkServer | None = None
        self._plan = plan
        self._warn = warn
        self._has_warned = False
        self._environment = {
            **_KEEP_MEMORY,
            **without_ranks(os.environ),
            "DESCENT_LAUNCHED": "1",
            "OMP_NUM_THREADS": str(plan.threads),
            **(environment or {}),
        }

    def is_ready(self, settings: Mapping[str, Any]) -> bool:
        """Whether a run could start at once; False while the process to fork from imports.

        Args:
            settings: the run's, as plain types.
        """
        if not can_be_forked(settings):
            return True
        if self.server is None:
            self.server = ForkServer(_modules(self._plan), self._environment)
        if self.server.is_ready():
            return True
        if self.server.is_gone and not self._has_warned:
            self._has_warned = True
            self._warn(
                f"the process that runs are forked from ended ({self.server.last_words()}); each "
                "run imports torch itself, which takes seconds"
            )
        return self.server.is_gone

    def start(self, job: Job, stdin: int, log: int, environment: Mapping[str, str]) -> RunProcess:
        """Starts a run in a process group of its own.

        Args:
            job: one for whose settings it `is_ready`.
            stdin: the end of a pipe that tells the run when its launcher is gone.
            log: where it writes.
            environment: what the run has besides all others.
        """
        arguments = [str(job.record.folder), job.run.variant, str(job.run.seed)]
        if self.server is not None and can_be_forked(job.settings):
            pid = self.server.fork(arguments, environment, (stdin, log, job.lock))
            if pid is not None:
                return ForkedProcess(pid, self.server)
        return subprocess.Popen(
            [sys.executable, *ONE_RUN, *arguments],
            env={**self._environment, **environment},
            stdin=stdin,
            stdout=log,
            stderr=log,
            pass_fds=[job.lock],
            start_new_session=True,
        )

    def close(self) -> None:
        """Ends the process that runs are forked from; the runs themselves go on."""
        if self.server is not None:
            self.server.close()


def can_be_forked(settings: Mapping[str, Any]) -> bool:
    """Whether a run with these settings is one process, on a system where a fork is safe."""
    trainer = settings.get("trainer", {})
    processes = (trainer.get("devices", 1), trainer.get("nodes", 1))
    return sys.platform == "linux" and processes == (1, 1) and trainer.get("strategy") != "ddp"


def _modules(plan: Plan) -> list[str]:
    """What the runs of a plan import; a user's own modules are left to the runs themselves."""
    # Before torch: see there.
    modules = ["research.records.wandb_imports"] if plan.wandb != "off" else []
    modules += PRELOADED
    if plan.trial is not None and plan.trial.prunes:
        modules += PRELOADED_TO_PRUNE
    with suppress(SettingsError):  # the run will say it better
        experiment = experiment_of(plan)
        if experiment.own_folder is None:
            modules.append(f"experiments.{experiment.name}.module")
    return modules


class ForkServer:
    """The launcher's side of the process that runs are forked from; see `fork_server`.

    Args:
        modules: what it imports.
        environment: its own, and its forks'.
    """

    def __init__(self, modules: list[str], environment: Mapping[str, str]) -> None:
        self.is_gone = False
        self._has_imported = False
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 (closed by close)
        self._connection, its_end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with its_end:
            self._process = self._begin(its_end.fileno(), modules, environment)

    def _begin(
        self, connection: int, modules: list[str], environment: Mapping[str, str]
    ) -> subprocess.Popen[bytes]:
        """Its process, which serves the other end of the connection."""
        return subprocess.Popen(
            [sys.executable, "-m", fork_server.__name__, str(connection), *modules],
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._said,
            pass_fds=[connection],
            start_new_session=True,
        )

    def last_words(self) -> str:
        """The last line that it wrote to its standard error, once it is gone."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_SECONDS_TO_END)
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").split("\n")
        return next((line.strip() for line in reversed(lines) if line.strip()), "without a word")

    def is_ready(self) -> bool:
        """Whether it has imported everything; does not wait."""
        if not self._has_imported and not self.is_gone:
            readable, _, _ = select.select([self._connection], [], [], 0)
            if readable:
                with self._or_gone():
                    self._has_imported = self._connection.recv(LARGEST_PACKET) == READY
                self.is_gone = not self._has_imported
        return self._has_imported and not self.is_gone

    def fork(
        self, arguments: list[str], environment: Mapping[str, str], descriptors: tuple[int, ...]
    ) -> int | None:
        """Starts a run; its process id, or None if the server is gone."""
        request = {"start": arguments, "environment": dict(environment)}
        pid = self._ask(request, descriptors)
        return None if pid is None else int(pid)

    def exit_code(self, pid: int) -> int | None:
        """How a fork ended, None while it is alive; UNSEEN if the server died before it."""
        code = self._ask({"ended": pid})
        if not self.is_gone:
            return None if code is None else int(code)
        return None if _is_alive(pid) else UNSEEN

    def close(self) -> None:
        """Ends the server."""
        self._connection.close()
        self._process.kill()
        self._process.wait()
        self._said.close()
        self.is_gone = True

    def _ask(self, request: Mapping[str, Any], descriptors: tuple[int, ...] = ()) -> Any:
        answer = b""
        if not self.is_gone:
            with self._or_gone():
                socket.send_fds(self._connection, [json.dumps(request).encode()], descriptors)
                answer = self._connection.recv(LARGEST_PACKET)
            self.is_gone = not answer
        return json.loads(answer) if answer else None

    @contextmanager
    def _or_gone(self) -> Iterator[None]:
        """A connection that fails is one without anybody at its other end."""
        with suppress(OSError):
            yield


def _is_alive(pid: int) -> bool:
    """Whether a process that is no child of ours computes; one that nobody buries does not."""
    try:
        line = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return line.rpartition(")")[2].split()[0] != "Z"


class ForkedProcess:
    """A fork of the server, with the methods of a Popen."""

    def __init__(self, pid: int, server: ForkServer) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._server = server

    def poll(self) -> int | None:
        """The exit code, None while it runs."""
        if self.returncode is None:
            self.returncode = self._server.exit_code(self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Waits for the exit code.

        Raises:
            subprocess.TimeoutExpired: it still runs.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() >= deadline:
                raise subprocess.TimeoutExpired("a forked run", timeout or 0.0)
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        return code
