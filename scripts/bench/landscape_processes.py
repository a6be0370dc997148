"""Each way of the benchmark of loss surfaces in a process of its own, and their turns.

What a process did before decides how dear its memory is: one that has trained, or computed another
way's large images, has blocks at hand which a fresh one must have zeroed by the system, again and
again. So every way starts where a user does who loads a network to look at its surface.
"""

import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

import torch
from torch import Tensor

from scripts.bench.landscape_cases import Case
from scripts.bench.landscape_ways import Ours, build_way


@dataclass
class Timed:
    """What was measured of a way.

    Attributes:
        setup: seconds until it could compute, its first turn included.
        losses: what it computed, [points].
        path: what our evaluator says it does.
        seconds: seconds of each turn.
    """

    setup: float
    losses: Tensor
    path: str
    seconds: list[float] = field(default_factory=list)


class Runner:
    """A way, here.

    Args:
        name: the way.
        case: the network.
        threads: torch threads.
    """

    def __init__(self, name: str, case: Case, threads: int) -> None:
        torch.set_num_threads(threads)
        device = case.examples["images"].device.type
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
        self._now = clock(device, threads)
        began = self._now()
        self._way = build_way(name, case, case.network.steps)
        losses = self._way.prepare()()
        path = self._way.evaluator.path if isinstance(self._way, Ours) else ""
        self.timed = Timed(self._now() - began, losses, path)

    def turn(self) -> float:
        """Takes a turn; what it needs is made ready off the clock. Its seconds."""
        compute = self._way.prepare()
        began = self._now()
        compute()
        return self._now() - began


def clock(device: str, threads: int) -> Callable[[], float]:
    """Seconds: of the processor where one thread computes, as neighbours don't count there."""
    if device == "cuda":
        return _synchronised
    return time.process_time if threads == 1 else time.perf_counter


def _synchronised() -> float:
    torch.cuda.synchronize()
    return time.perf_counter()


class Worker:
    """A way, in a process of its own; the same as `Runner`."""

    def __init__(self, name: str, file: Path, threads: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self.process = context.Process(
            target=_serve, args=(theirs, name, file, threads), daemon=True
        )
        self.process.start()
        theirs.close()
        self.timed: Timed = self._connection.recv()

    def turn(self) -> float:
        """Takes a turn; its seconds."""
        self._connection.send(None)
        seconds: float = self._connection.recv()
        return seconds

    def close(self) -> None:
        """Ends the process."""
        self._connection.close()
        self.process.join()


def _serve(connection: Connection, name: str, file: Path, threads: int) -> None:
    # The benchmark's own file, written a moment ago; a case is more than tensors.
    runner = Runner(name, torch.load(file, weights_only=False), threads)
    connection.send(runner.timed)
    while True:
        try:
            connection.recv()
        except EOFError:
            return
        connection.send(runner.turn())


@contextmanager
def runners(
    names: Sequence[str], case: Case, threads: int, in_one_process: bool
) -> Iterator[dict[str, Runner | Worker]]:
    """All ways of a network, ready for their turns.

    Args:
        names: the ways.
        case: the network.
        threads: torch threads of each.
        in_one_process: whether all compute here, where the network was trained.
    """
    if in_one_process:
        yield {name: Runner(name, case, threads) for name in names}
        return
    workers: dict[str, Runner | Worker] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "case.pt"
        torch.save(case, file)
        try:
            for name in names:
                workers[name] = Worker(name, file, threads)
            yield workers
        finally:
            for worker in workers.values():
                assert isinstance(worker, Worker)
                worker.close()
