"""What a study's table says: which trials count, which is best, and what was searched.

A trial counts when it is complete. One that never reached what `steps_to` asks for is complete too,
but its value is only the step at which it stopped, so it ranks behind all that did.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from research.records.study_table import StudyTable, TrialRow
from research.settings.search import Domain, ObjectiveSettings

ENDED = ("complete", "pruned", "failed")
"""States of trials that figures show."""


def is_better(objective: ObjectiveSettings, one: float, other: float) -> bool:
    """Whether one value of the objective is better than another."""
    return one > other if objective.direction == "maximize" else one < other


def measured(table: StudyTable) -> list[tuple[TrialRow, float]]:
    """The trials that ran to their end, with their values, in order."""
    rows = [row for row in table.trials if row.state == "complete"]
    return [(row, row.value) for row in rows if row.value is not None]


def ranked(table: StudyTable) -> list[TrialRow]:
    """The trials that ran to their end, the best first; of equal ones the earlier."""
    sign = -1 if table.plan.objective.direction == "maximize" else 1
    found = sorted(measured(table), key=lambda pair: (not pair[0].reached, sign * pair[1]))
    return [row for row, _ in found]


def marked_best(table: StudyTable) -> TrialRow | None:
    """The best trial, for a mark in figures; None where none has reached what it should."""
    best = next(iter(ranked(table)), None)
    return best if best is not None and best.reached else None


def shown_value(table: StudyTable, row: TrialRow) -> float | None:
    """The value at which figures draw a trial; None where it has none to compare.

    A pruned trial has the metric's last value, which is no number of steps.
    """
    pruned = row.state == "pruned" and table.plan.objective.take != "steps_to"
    return row.value if pruned or row.state == "complete" else None


def best_so_far(table: StudyTable) -> list[tuple[int, float]]:
    """Number and value of every trial that was the best of those up to its number."""
    steps: list[tuple[int, float]] = []
    for row, value in measured(table):
        if row.reached and (not steps or is_better(table.plan.objective, value, steps[-1][1])):
            steps.append((row.number, value))
    return steps


def objective_words(objective: ObjectiveSettings) -> str:
    """What the objective is, for an axis."""
    match objective.take:
        case "steps_to":
            way = "falls" if objective.falls else "rises"
            return f"steps until {objective.metric} {way} to {objective.reaches:g}"
        case "mean":
            return f"mean {objective.metric}"
        case take:
            return f"{take} {objective.metric}"


def worded(value: Any) -> str:
    """A value of a setting as one would type it."""
    if isinstance(value, float):
        return f"{value:.3g}"
    return value if isinstance(value, str) else json.dumps(value)


@dataclass(frozen=True)
class SearchedSetting:
    """One searched setting as an axis of figures.

    Attributes:
        key: dotted key.
        choices: the words on the axis; None where it has numbers.
        low: least place on it.
        high: greatest one.
        log: whether it is logarithmic.
        always: whether every trial has it.
        whole: whether its numbers are whole.
    """

    key: str
    choices: tuple[str, ...] | None
    low: float
    high: float
    log: bool
    always: bool
    whole: bool = False

    @property
    def is_continuous(self) -> bool:
        """Whether every trial has a number on it."""
        return self.choices is None and self.always

    def place(self, values: Mapping[str, Any]) -> float | None:
        """Where a trial stands: its number, or the position of its choice; None without it."""
        if self.key not in values:
            return None
        value = values[self.key]
        if self.choices is None:
            return float(value)
        return float(self.choices.index(text)) if (text := worded(value)) in self.choices else None

    def share(self, place: float) -> float:
        """A place as a share of the axis, in [0, 1] where it lies within."""
        low, high, at = self.low, self.high, place
        if self.log:
            low, high, at = math.log(low), math.log(high), math.log(at)
        return (at - low) / (high - low) if high > low else 0.5


@dataclass(frozen=True)
class Importance:
    """How much of the objective's variance each setting explains, over one group of trials.

    Attributes:
        condition: what the group has in common, such as "optimizer.name = adam"; empty for all.
        trials: how many complete trials it rests on.
        shares: by dotted key, the share that the setting explains alone, the largest first; empty
            where nothing can be said.
        explained: of the variance of trials that were kept from it, what share the model explains
            from which the shares are computed; None where there is none.
        reason: why nothing can be said.
    """

    condition: str
    trials: int
    shares: dict[str, float] = field(default_factory=dict)
    explained: float | None = None
    reason: str = ""


def searched_settings(table: StudyTable) -> list[SearchedSetting]:
    """The axes of a study, in the order of its plan; several domains of a key are one axis."""
    return [_setting(table, key, domains) for key, domains in table.plan.space.items()]


def _setting(table: StudyTable, key: str, domains: tuple[Domain, ...]) -> SearchedSetting:
    always = all(key in row.values for row in table.trials)
    listed = [choice for domain in domains for choice in domain.choices or ()]
    spans = [domain for domain in domains if domain.choices is None]
    numbers = [each for each in listed if isinstance(each, int | float)]
    if spans and len(numbers) == len(listed):
        ends = [float(end) for each in spans for end in (each.low, each.high) if end is not None]
        low, high = min([*ends, *numbers]), max([*ends, *numbers])
        log = all(each.log for each in spans) and low > 0
        whole = all(each.integer for each in spans) and all(isinstance(n, int) for n in numbers)
        return SearchedSetting(key, None, low, high, log, always, whole)
    found = [row.values[key] for row in table.trials if key in row.values] if spans else []
    words = tuple(dict.fromkeys(worded(each) for each in [*listed, *found]))
    return SearchedSetting(key, words, 0.0, max(len(words) - 1.0, 1.0), False, always)


def short_names(settings: list[SearchedSetting]) -> dict[str, str]:
    """By key, the last part of it, or the whole where two settings end alike."""
    lasts = [each.key.rpartition(".")[2] for each in settings]
    return {
        each.key: each.key if lasts.count(last) > 1 or last == "name" else last
        for each, last in zip(settings, lasts, strict=True)
    }
