"""How a search stands: a live table on a terminal, plain lines in a pipe.

What is counted comes from the study's storage, so it is of all workers; what is trained comes from
the records of this worker's own trials.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Any, Self

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from experiments.command_line.terminal import say
from research.evidence.study_reading import objective_words, ranked, worded
from research.records.display import SECONDS_BETWEEN_LINES, RunProgress, render
from research.records.study_table import StudyTable, TrialRow
from research.settings.search import ObjectiveSettings

_LINES_OF_TRIALS = 20
_SECONDS_BETWEEN_PICTURES = 0.25


@dataclass(frozen=True)
class Standing:
    """How a study stands.

    Attributes:
        counts: trials by state.
        trials: how many are wanted.
        best: the best complete trial; None before the first.
    """

    counts: Mapping[str, int]
    trials: int
    best: TrialRow | None

    @classmethod
    def of_table(cls, table: StudyTable) -> "Standing":
        """The standing by a table of all trials."""
        counts: dict[str, int] = {}
        for row in table.trials:
            counts[row.state] = counts.get(row.state, 0) + 1
        trials = max(table.plan.trials, len(table.trials))
        return cls(counts, trials, next(iter(ranked(table)), None))

    @property
    def ended(self) -> int:
        """Trials that have nothing left to do."""
        return sum(self.counts.get(state, 0) for state in ("complete", "pruned", "failed"))

    def with_ended(self, row: TrialRow, objective: ObjectiveSettings) -> "Standing":
        """The standing after one more trial has ended."""
        counts = dict(self.counts)
        counts["running"] = max(0, counts.get("running", 0) - 1)
        counts[row.state] = counts.get(row.state, 0) + 1
        if row.state != "complete":
            return replace(self, counts=counts)
        best = self.best
        if best is None or _rank(row, objective) < _rank(best, objective):
            best = row
        return replace(self, counts=counts, best=best)


def _rank(row: TrialRow, objective: ObjectiveSettings) -> tuple[bool, float]:
    """Less is better; what never reached the value of `steps_to` is behind all that did."""
    sign = 1 if objective.direction == "minimize" else -1
    return not row.reached, sign * (row.value or 0.0)


def values_in_words(values: Mapping[str, Any]) -> str:
    """The searched settings of a trial: `optimizer.lr 0.00123, model.width 64`."""
    return ", ".join(f"{key} {worded(value)}" for key, value in values.items())


def summary(standing: Standing, rate: float) -> str:
    """The standing as one line.

    Args:
        standing: of the study.
        rate: trials that end in a second; 0 while unknown.
    """
    counts = standing.counts
    parts = [f"{counts.get('complete', 0)} of {standing.trials} complete"]
    waiting = standing.trials - standing.ended - counts.get("running", 0)
    for state, number in (("running", counts.get("running", 0)), ("waiting", max(waiting, 0))):
        parts += [f"{number} {state}"] if number else []
    parts += [f"{counts[state]} {state}" for state in ("pruned", "failed") if counts.get(state)]
    if rate > 0:
        parts.append(f"{rate:.2g} trials/s")
        if left := standing.trials - standing.ended:
            parts.append(f"about {_duration(left / rate)} left")
    return ", ".join(parts)


def best_line(best: TrialRow | None, objective: ObjectiveSettings) -> str:
    """The best trial as one line."""
    if best is None or best.value is None:
        return "no trial is complete yet"
    unreached = "" if best.reached else " (not reached)"
    words = f"{objective_words(objective)}: {best.value:.6g}{unreached}"
    return f"best: trial {best.number}, {words}; {values_in_words(best.values)}"


def ended_line(row: TrialRow, objective: ObjectiveSettings, is_best: bool) -> str:
    """How a trial ended, as one line."""
    if row.state == "complete" and row.value is not None:
        what = f"{objective_words(objective)}: {row.value:.6g}"
        what += ("" if row.reached else " (not reached)") + (", the best so far" * is_best)
    else:
        what = ": ".join(filter(None, (row.state, row.message)))
        what = row.message if row.message.startswith(row.state) else what
    took = "" if row.seconds is None else f"; {row.seconds:.1f} s"
    return f"trial {row.number}, {what}; {values_in_words(row.values)}{took}"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


class SearchDisplay:
    """Shows a search while it runs.

    On a terminal a table that is redrawn at every `refresh`; elsewhere a line for every trial that
    ends, and the standing every ten seconds.

    Args:
        console: where to; None shows nothing.
        objective: of the study.
    """

    def __init__(self, console: Console | None, objective: ObjectiveSettings) -> None:
        self._console = console
        self._objective = objective
        on_terminal = console is not None and console.is_terminal
        self._live = Live(console=console, auto_refresh=False) if on_terminal else None
        self._began = self._printed = time.monotonic()
        self._ended_before: int | None = None
        self._has_begun = False

    def __enter__(self) -> Self:
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._live is not None:
            with suppress(OSError):  # a terminal that is gone
                self._live.stop()

    def refresh(self, standing: Standing, here: Callable[[], Sequence[RunProgress]]) -> None:
        """Shows how the study stands, if it is time to.

        Args:
            standing: of the study.
            here: gives the runs of this worker's own trials; the variant of each names its trial.
        """
        if self._ended_before is None:
            self._ended_before = standing.ended
        now = time.monotonic()
        if not self._has_begun and standing.counts.get("running"):
            self._has_begun, self._began = True, now  # importing torch is no measure of the rest
        if now - self._printed < (
            _SECONDS_BETWEEN_PICTURES if self._live else SECONDS_BETWEEN_LINES
        ):
            return
        self._printed = now
        if self._live is not None:
            self._live.update(self._page(standing, here()), refresh=True)
        else:
            self.say(summary(standing, self._rate(standing)))

    def say(self, line: str, style: str = "") -> None:
        """Prints a line as it is, above the table: no markup, no wrapping."""
        if self._console is not None:
            say(self._console, line, style)

    def trial_ended(self, row: TrialRow, standing: Standing) -> Standing:
        """Says how a trial of this worker ended; on a terminal only where something went wrong.

        Returns:
            The standing with this trial.
        """
        after = standing.with_ended(row, self._objective)
        if self._live is None or row.state == "failed":
            words = ended_line(row, self._objective, after.best is row)
            self.say(words, "red" if row.state == "failed" else "")
        return after

    def _page(self, standing: Standing, here: Sequence[RunProgress]) -> Group:
        table: Table = render(list(here[:_LINES_OF_TRIALS]))
        table.columns[0].header = "trial"
        return Group(
            Text(summary(standing, self._rate(standing)), style="bold"),
            Text(best_line(standing.best, self._objective), style="green"),
            table if here else Text(self._idle(), style="dim"),
        )

    def _idle(self) -> str:
        return "no trial is being trained here" if self._has_begun else "importing torch"

    def _rate(self, standing: Standing) -> float:
        """Trials of all workers that ended in a second, since this display began."""
        passed = time.monotonic() - self._began
        return (standing.ended - (self._ended_before or 0)) / passed if passed > 1 else 0.0
