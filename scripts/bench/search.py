"""What a search costs beside its trials: trials per second that workers claim, keep alive and tell.

Method: as many worker processes as asked for open one study of random points, wait for one another,
and then each claim a trial, give one heartbeat and tell its value, again and again, with nothing in
between. "trials/s" is of one worker, the mean over the workers of the best of several rounds, with
the range over all; "in all" is of the workers together; "CPU" is the processor time of one such
trial in its worker, which other load on the machine changes least. Points are drawn and added
before the clock starts; their time is in a column of its own.

Then two parts of a trial that the search needs whatever its storage is are timed alone: making its
record (a folder with its plan and provenance, synced to disk), and a fork of a process that has
torch in memory, as a run's process is. They are of one worker; runs side by side share the cores.

SQLite lies in a temporary folder of `--folder`, which should be on a local disk. PostgreSQL
is measured where a database is named, which gets a study that is deleted at the end.

    python -m scripts.bench.search [--workers 1,4] [--trials 200] [--rounds 3] [--folder .]
                                   [--storage postgresql://USER@HOST/DATABASE]
"""

import argparse
import multiprocessing
import os
import secrets
import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.synchronize import Barrier
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from experiments.command_line.search.trial_record import open_trial, trial_plan
from research.records.provenance import collect
from research.search.storage import Storage, open_storage
from research.search.storage_url import shown_url
from research.search.study import Study
from research.settings.search import Domain, ObjectiveSettings, StudyPlan

WARM = 5
"""Trials of each worker before its clock starts."""
ALONE = 20
"""Turns of what is timed alone."""


@dataclass(frozen=True)
class Round:
    """What one round gave.

    Attributes:
        rates: trials per second of each worker.
        processor: seconds of the processor for a trial, the mean over workers.
        adding: seconds in which the study and its points were made, for a point.
    """

    rates: list[float]
    processor: float
    adding: float


def plan_of(trials: int) -> StudyPlan:
    """Four settings, as many as a search has often."""
    space: dict[str, tuple[Domain, ...]] = {
        "optimizer.lr": (Domain(low=1e-4, high=1e-1, log=True),),
        "optimizer.weight_decay": (Domain(low=1e-4, high=1.0, log=True),),
        "model.width": (Domain(low=16, high=256, log=True, integer=True),),
        "optimizer.momentum": (Domain(choices=(0.0, 0.9, 0.99)),),
    }
    return StudyPlan(
        experiment="grokking",
        preset="smoke",
        variant="trial",
        base={},
        space=space,
        objective=ObjectiveSettings(metric="validation/loss"),
        trials=trials,
    )


def measure(url: str, workers: int, trials: int) -> Round:
    """One round: so many workers, so many trials each."""
    name = f"bench-{secrets.token_hex(4)}"
    storage = open_storage(url)
    all_trials = workers * (trials + WARM)
    began = time.perf_counter()
    Study.create(storage, name, plan_of(all_trials))
    adding = (time.perf_counter() - began) / all_trials
    context = multiprocessing.get_context("spawn")
    start, results = context.Barrier(workers), context.Queue()
    processes = [
        context.Process(target=work, args=(url, name, trials, start, results))
        for _ in range(workers)
    ]
    for process in processes:
        process.start()
    found = [results.get() for _ in processes]
    for process in processes:
        process.join()
    _delete(storage, name, all_trials)
    return Round([rate for rate, _ in found], statistics.mean(cpu for _, cpu in found), adding)


def work(url: str, name: str, trials: int, start: Barrier, results: Any) -> None:
    """A worker whose trials take no time."""
    study = Study.open(open_storage(url), name)
    for _ in range(WARM):
        one_trial(study)
    start.wait()
    began, processor = time.perf_counter(), time.process_time()
    for _ in range(trials):
        one_trial(study)
    seconds = time.perf_counter() - began
    results.put((trials / seconds, (time.process_time() - processor) / trials))


def one_trial(study: Study) -> None:
    """Claims a trial, keeps it alive once and tells it."""
    claim = study.claim()
    if claim is None:
        raise RuntimeError("there are as many trials as are claimed, found one too few")
    study.beat()
    study.complete(claim, 0.5, {"step": 100, "seconds": 1.0, "reached": True})


def _delete(storage: Storage, name: str, trials: int) -> None:
    """Removes the study; every trial was told once, or the benchmark is worth nothing."""
    counts = Study.open(storage, name).counts()
    if counts["complete"] != trials:
        raise RuntimeError(f"expected {trials} complete trials, found {counts}")
    storage.delete_study(storage.get_study_id_from_name(name))
    storage.close()


def seconds_of(turn: Callable[[int], object]) -> float:
    """The median of some turns, each given its number."""
    seconds = []
    for number in range(ALONE):
        began = time.perf_counter()
        turn(number)
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds)


def make_records(folder: Path) -> float:
    """Seconds for the record of a trial."""
    provenance = collect(["descent", "sweep", "grokking"])
    plan = plan_of(ALONE)

    def make(number: int) -> None:
        values = {"optimizer.lr": 1e-3}
        open_trial(folder, trial_plan(plan, "bench", number, values, plan), provenance)

    return seconds_of(make)


def fork_with_torch() -> float:
    """Seconds until a fork of this process, with torch in memory, has begun and ended."""
    import torch

    assert torch.zeros(1).item() == 0

    def fork(_: int) -> None:
        if child := os.fork():
            os.waitpid(child, 0)
        else:
            os._exit(0)

    return seconds_of(fork)


def row_of(url: str, workers: int, rounds: list[Round]) -> list[str]:
    """A row of the table."""
    best = max(rounds, key=lambda each: sum(each.rates))
    rates = [rate for each in rounds for rate in each.rates]
    return [
        shown_url(url).split(":")[0],
        str(workers),
        f"{statistics.mean(best.rates):.0f}",
        f"{min(rates):.0f} to {max(rates):.0f}",
        f"{sum(best.rates):.0f}",
        f"{1e3 * min(each.processor for each in rounds):.1f}",
        f"{1e3 * min(each.adding for each in rounds):.2f}",
    ]


def main() -> None:
    """Reads the options, measures, prints."""
    parser = argparse.ArgumentParser(description="Cost of a search beside its trials.")
    parser.add_argument("--workers", default="1,4", help="processes, for each row")
    parser.add_argument("--trials", type=int, default=200, help="of each worker in a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path(), help="of the disk that is measured")
    parser.add_argument("--storage", action="append", default=[], help="a PostgreSQL database")
    options = parser.parse_args()
    console = Console(width=100)
    table = Table(title=f"{options.trials} trials of each worker, {options.rounds} rounds")
    columns = ("storage", "workers", "trials/s", "range", "in all", "CPU, ms", "adding, ms")
    for column in columns:
        table.add_column(column, justify="left" if column == "storage" else "right")
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for url in [f"sqlite:///{folder}/study.db", *options.storage]:
            for workers in map(int, options.workers.split(",")):
                rounds = [measure(url, workers, options.trials) for _ in range(options.rounds)]
                table.add_row(*row_of(url, workers, rounds))
        record = make_records(Path(folder))
    console.print(table)
    console.print(f"record of a trial: {1e3 * record:.1f} ms")
    console.print(f"fork with torch in memory: {1e3 * fork_with_torch():.1f} ms")


if __name__ == "__main__":
    main()
