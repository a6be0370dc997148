"""The workers of a study as tasks of a Ray cluster: `descent sweep --engine ray`.

Ray finds each worker a place with the processors and GPUs that a run needs, and starts it again
elsewhere when its machine is lost. What a worker may train is decided in the study's storage, as
everywhere: a trial of a lost machine is taken back there and gone on with, by whoever comes first.

$RAY_ADDRESS names the cluster, `auto` the one that `ray start` has started on this machine. Without
it one is started for this command, out of this machine alone, and ended with it.
"""

import math
import os
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from logging import ERROR
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from experiments.command_line.search.display import SearchDisplay, Standing
from research.search.errors import StorageError
from research.settings.errors import SettingsError
from research.training.interruption import Interruption

if TYPE_CHECKING:
    from research.search.study import Study

RETRIES = 20
"""Times that a worker is started again after its machine or its process was lost."""
_ENDED = ("complete", "pruned", "failed")
_SECONDS_BETWEEN_LOOKS = 0.25
_SECONDS_BETWEEN_TABLES = 1.0
_SHARE_OF_TABLES = 20
"""A look at all trials is taken after so many times what the last one took, at the earliest."""
_SECONDS_TO_STOP = 70.0
_SECONDS_TO_ANSWER = 10.0
_OWN_CLUSTER = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}
"""A cluster of one machine sends nothing to Ray's makers and listens on 127.0.0.1 alone, on Linux
as Ray has it elsewhere."""


@dataclass(frozen=True)
class Demand:
    """What one worker, with one run at a time, needs of a machine.

    Attributes:
        cpus: processors.
        gpus: GPUs; a part of one where several workers share it.
    """

    cpus: float
    gpus: float


def run_on_ray(
    study: "Study",
    url: str,
    folder: Path,
    workers: int,
    console: Console,
    command: Sequence[str],
) -> int:
    """Works on a study to its end, with workers wherever Ray places them.

    Args:
        study: the study.
        url: of its storage, which all machines reach.
        folder: of the study, which all machines see under this path.
        workers: trials at a time, over all machines.
        console: where the display goes.
        command: the command line, for the records.

    Returns:
        0; 1 if workers were lost for good before the study was done; 128 + signal if stopped.

    Raises:
        SettingsError: Ray is not installed or not reached, no machine has what a run needs, or
            several machines would share a file of SQLite.
    """
    ray = _connected()
    try:
        _refuse_a_shared_file(ray.nodes(), url)
        demand = demand_of(study.plan.base, study.plan.threads, workers, machines(ray.nodes()))
        task = ray.remote(
            num_cpus=demand.cpus,
            num_gpus=demand.gpus,
            max_retries=RETRIES,
            scheduling_strategy="SPREAD",
        )(_work)
        arguments = (url, study.name, str(folder.absolute()), list(command))
        left = [task.remote(*arguments) for _ in range(workers)]
        return _Watch(ray, study, console).until_ended(left)
    finally:
        ray.shutdown()


def machines(nodes: list[Mapping[str, Any]]) -> list[Demand]:
    """What each machine of a cluster has.

    Args:
        nodes: what `ray.nodes()` says of them.
    """
    alive = [node["Resources"] for node in nodes if node["Alive"]]
    return [Demand(each.get("CPU", 0.0), each.get("GPU", 0.0)) for each in alive]


def demand_of(
    settings: Mapping[str, Any], threads: int, workers: int, cluster: list[Demand]
) -> Demand:
    """What one worker needs: a processor for each thread, a GPU for each device.

    A run on one device gets 1/k of a GPU where k workers are to share it.

    Args:
        settings: of the runs, as plain types.
        threads: of each process of a run.
        workers: how many workers there are.
        cluster: what each machine has.

    Raises:
        SettingsError: the settings want GPUs that no machine has.
    """
    trainer = settings.get("trainer", {})
    devices = trainer.get("devices", 1)
    accelerator = trainer.get("accelerator", "auto")
    most = max((each.gpus for each in cluster), default=0.0)
    if accelerator == "gpu" and most < devices:
        raise SettingsError(
            f"trainer.devices is {devices} of accelerator gpu, expected at most {most:g}, the GPUs "
            "of the best machine of the Ray cluster"
        )
    cpus = float(min(threads * devices, max(each.cpus for each in cluster)))
    if accelerator == "cpu" or most < devices:
        return Demand(cpus, 0.0)
    if devices > 1:
        return Demand(cpus, float(devices))
    return Demand(cpus, 1 / math.ceil(workers / sum(each.gpus for each in cluster)))


def _work(url: str, name: str, folder: str, command: list[str]) -> tuple[int, str]:
    """One task: a worker that trains one trial at a time; its exit code, and what went wrong."""
    from experiments.command_line.search.command import work

    try:
        return work(url, name, Path(folder), 1, command=command), ""
    except (SettingsError, StorageError, OSError) as error:
        return 1, f"{os.uname().nodename}: {' '.join(str(error).split())}"


def _connected() -> Any:
    """Ray, connected to a cluster.

    Raises:
        SettingsError: it is not installed, or the cluster does not answer.
    """
    address = os.environ.get("RAY_ADDRESS", "local")
    if address == "local":
        os.environ.update(_OWN_CLUSTER)
    _refuse_a_silent(address)
    try:
        import ray
    except ImportError as error:
        raise SettingsError(
            "--engine is ray, expected it to be installed: pip install 'descent[cluster]'"
        ) from error
    try:
        ray.init(address, include_dashboard=False, log_to_driver=False, logging_level=ERROR)
    except (ConnectionError, RuntimeError, ValueError) as error:
        words = " ".join(str(error).split())
        raise SettingsError(f"--engine ray: no cluster answers at {address}: {words}") from error
    return ray


def _refuse_a_silent(address: str) -> None:
    """Ray would wait for a quarter of an hour.

    Raises:
        SettingsError: nobody listens at HOST:PORT.
    """
    host, colon, port = address.rpartition(":")
    if not colon or "://" in address or not port.isdecimal():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), _SECONDS_TO_ANSWER).close()
    except (OSError, OverflowError) as error:
        words = getattr(error, "strerror", None) or str(error)
        raise SettingsError(
            f"$RAY_ADDRESS is {address}: {words.lower()}, expected the address of a Ray cluster"
        ) from error


def _refuse_a_shared_file(nodes: list[Mapping[str, Any]], url: str) -> None:
    """SQLite's locks don't hold between machines.

    Raises:
        SettingsError: there are several machines, and the storage is a file.
    """
    hosts = {node["NodeManagerHostname"] for node in nodes if node["Alive"]}
    if len(hosts) > 1 and url.startswith("sqlite"):
        raise SettingsError(
            f"--storage is a file of SQLite, expected postgresql://... for the {len(hosts)} "
            "machines of the Ray cluster"
        )


class _Watch:
    """Shows how a study stands until its tasks have ended."""

    def __init__(self, ray: Any, study: "Study", console: Console) -> None:
        self._ray = ray
        self._study = study
        self._display = SearchDisplay(console, study.plan.objective)
        self._standing = Standing.of_table(study.table())
        self._told = {row.number for row in study.table().trials if row.state in _ENDED}
        self._next_table = 0.0

    def until_ended(self, left: list[Any]) -> int:
        """Waits for all tasks.

        Returns:
            0 if the study is done, 1 if it is not; 128 + signal if stopped.
        """
        with Interruption() as interruption, self._display:
            self._study.storage.give_up = lambda: interruption.requested
            while left and not interruption.requested:
                left = self._collect(left, _SECONDS_BETWEEN_LOOKS)
                with suppress(StorageError):  # each worker says so itself, and gives up by itself
                    self._show()
            if interruption.signal_number:
                self._stop(left)
                return 128 + interruption.signal_number
            self._next_table = 0.0
            self._show()
            return 0 if self._study.is_finished() else 1

    def _collect(self, left: list[Any], seconds: float) -> list[Any]:
        """Says why tasks have failed that did; those that still work."""
        ended, left = self._ray.wait(left, timeout=seconds)
        for each in ended:
            problem = self._problem(each)
            if problem:
                self._display.say(f"a worker has ended: {problem}", "red")
        return left

    def _problem(self, ended: Any) -> str:
        """What a task says that went wrong; Ray's own words where it can say nothing."""
        errors = self._ray.exceptions
        try:
            _, problem = self._ray.get(ended)
        except errors.TaskCancelledError:
            return ""
        except errors.RayError as error:
            return str(error).strip().splitlines()[-1]
        return str(problem)

    def _stop(self, left: list[Any]) -> None:
        """Has every worker stop as Ctrl-C would: its run writes a checkpoint, its trial waits."""
        for each in left:
            self._ray.cancel(each)
        deadline = time.monotonic() + _SECONDS_TO_STOP
        while left and time.monotonic() < deadline:
            left = self._collect(left, _SECONDS_BETWEEN_LOOKS)

    def _show(self) -> None:
        """Reads how the study stands, now and then, and says which trials have ended."""
        began = time.monotonic()
        if began >= self._next_table:
            table = self._study.table()
            for row in table.trials:
                if row.state in _ENDED and row.number not in self._told:
                    self._told.add(row.number)
                    self._standing = self._display.trial_ended(row, self._standing)
            self._standing = Standing.of_table(table)
            took = time.monotonic() - began
            self._next_table = began + max(_SECONDS_BETWEEN_TABLES, _SHARE_OF_TABLES * took)
        self._display.refresh(self._standing, lambda: ())
