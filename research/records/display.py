"""The live display of runs: a table on a terminal, plain lines in a pipe.

It reads the statuses from disk, so that it shows what the record holds and nothing else.
"""

import math
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from research.records.status import FINISHED, State, Status
from research.records.store import Record

SECONDS_BETWEEN_LINES = 10.0
COLOURS: dict[State, str] = {
    "waiting": "dim",
    "running": "cyan",
    "done": "green",
    "diverged": "magenta",
    "pruned": "blue",
    "interrupted": "yellow",
    "failed": "red",
}


@dataclass(frozen=True)
class RunProgress:
    """Where one run stands."""

    variant: str
    seed: int
    status: Status


def read_progress(record: Record) -> list[RunProgress]:
    """The progress of all runs of a record."""
    return [RunProgress(run.variant, run.seed, run.status()) for run in record.runs()]


def render(runs: list[RunProgress]) -> Table:
    """One row per run: variant, seed, state, progress, loss, accuracy, speed and time left."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("variant", "seed", "state"):
        table.add_column(name, no_wrap=True, justify="right" if name == "seed" else "left")
    table.add_column("progress", width=18)
    for name in ("step", "train loss", "val acc", "steps/s", "left"):
        table.add_column(name, no_wrap=True, justify="right")
    for run in runs:
        table.add_row(*_cells(run))
    return table


def _cells(run: RunProgress) -> list[Text | ProgressBar]:
    status = run.status
    speed = status.steps_per_second
    bar = ProgressBar(
        total=status.max_steps or 1,
        completed=status.max_steps if status.state == "done" else status.step,
        width=18,
    )
    return [
        Text(run.variant),
        Text(str(run.seed)),
        Text(_state(status), style=COLOURS[status.state]),
        bar,
        Text(f"{status.step:,}"),
        Text(_number(status, "train/loss", ".2e")),
        Text(_number(status, "validation/accuracy", ".1%")),
        Text(f"{speed:.0f}" if status.state == "running" and speed > 0 else "–"),
        Text(_time_left(status)),
    ]


def _state(status: Status) -> str:
    """Of a run of several stages, the stage while it is in one."""
    return status.stage if status.stage and status.state == "running" else status.state


def _number(status: Status, metric: str, form: str) -> str:
    value = status.metrics.get(metric)
    return "–" if value is None else format(value, form)


def _time_left(status: Status) -> str:
    """Time to the last possible step; a run may stop earlier."""
    if status.state != "running" or not status.steps_per_second > 0 or not status.max_steps:
        return "–"
    seconds = max(status.max_steps - status.step, 0) / status.steps_per_second
    if not math.isfinite(seconds):
        return "–"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"≤ {hours}:{minutes:02}:{rest:02}" if hours else f"≤ {minutes}:{rest:02}"


def line(run: RunProgress) -> str:
    """The progress of one run as one plain line."""
    status = run.status
    text = f"{run.variant} seed {run.seed}: {status.state}"
    if status.state == "waiting":
        return text
    if status.stage and status.state == "running":
        text += f", {status.stage}"
    text += f" at step {status.step:,}"
    if status.state == "running" and status.max_steps:
        text += f" of at most {status.max_steps:,}"
    if "train/loss" in status.metrics:
        text += f", train loss {_number(status, 'train/loss', '.2e')}"
    if "validation/accuracy" in status.metrics:
        text += f", validation accuracy {_number(status, 'validation/accuracy', '.1%')}"
    if status.state == "running" and status.steps_per_second > 0:
        text += f", {status.steps_per_second:.0f} steps/s, {_time_left(status)} left"
    elif status.state in FINISHED:
        text += f", {status.seconds:.0f} s"
    return f"{text}: {status.message}" if status.message else text


class LiveDisplay:
    """Shows the runs of a record while they train.

    On a terminal a table that is redrawn at every `refresh`; elsewhere one line when the state of a
    run, or its stage, changes, and for a running one a line every ten seconds.
    """

    def __init__(self, record: Record, console: Console) -> None:
        self._record = record
        self._console = console
        self._live = Live(console=console, auto_refresh=False) if console.is_terminal else None
        self._states: dict[tuple[str, int], tuple[State, str]] = {}
        self._printed: dict[tuple[str, int], float] = {}

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        self.refresh()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        try:
            self.refresh()
        finally:
            if self._live is not None:
                self._live.stop()

    def refresh(self) -> None:
        """Reads the statuses and shows what is new."""
        runs = read_progress(self._record)
        if self._live is not None:
            self._live.update(render(runs), refresh=True)
            return
        moment = time.monotonic()
        for run in runs:
            if self._is_due(run, moment):
                self._console.print(line(run), markup=False, highlight=False, soft_wrap=True)
                self._printed[run.variant, run.seed] = moment

    def _is_due(self, run: RunProgress, moment: float) -> bool:
        key = (run.variant, run.seed)
        before = self._states.get(key, ("waiting", ""))
        state, stage = self._states[key] = (run.status.state, run.status.stage)
        if state != before[0] or (state == "running" and stage != before[1]):
            return True
        return state == "running" and moment - self._printed[key] >= SECONDS_BETWEEN_LINES
