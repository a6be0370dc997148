"""What the runs of a variant recorded, and each method's best rate among them. No torch."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy
from numpy.typing import NDArray

from experiments.heavy_tails.settings import HeavyTailsSettings, Point
from research.evidence.bounded_claim import NotDecided
from research.evidence.tuned_rates import Choice, Trial, choose, undecided
from research.records.store import Record, RunStore

Floats = NDArray[numpy.float64]

FAR = 1.5
"""A run whose loss ends above so many times its first one counts as diverged (Kunstner et al.)."""


@dataclass(frozen=True)
class Reading:
    """One run, beside the trials of all seeds of its variant.

    Attributes:
        store: its folder.
        settings: of its variant.
        trials: of all seeds, by size.
    """

    store: RunStore
    settings: HeavyTailsSettings
    trials: dict[int, list[Trial]]

    @property
    def name(self) -> str:
        """variant/seed."""
        return f"{self.store.variant}/{self.store.seed}"

    @cached_property
    def rows(self) -> dict[Point, dict[str, float]]:
        """The metrics of each point that is done."""
        points = self.settings.points()
        return {points[int(row["step"])]: row for row in self.store.metrics()}

    @property
    def sizes(self) -> tuple[int, ...]:
        """The sizes of the problem."""
        return self.settings.problem.sizes

    def row(self, point: Point) -> dict[str, float]:
        """The metrics of a point.

        Raises:
            NotDecided: it has none.
        """
        if point not in self.rows:
            raise NotDecided(f"{self.name} has no run of {point.method} at {point.rate:g}")
        return self.rows[point]

    def array(self, name: str, point: Point) -> Floats:
        """An array of a point.

        Raises:
            NotDecided: there is none.
        """
        self.row(point)
        found: Floats = self.store.arrays(name)[self.settings.points().index(point)]
        return found

    def only(self, method: str, size: int) -> Point:
        """The point of a method that runs at one rate only, where nothing is tuned.

        Raises:
            NotDecided: it runs at none, or at several.
        """
        found = [
            each for each in self.settings.points() if (each.method, each.size) == (method, size)
        ]
        if len(found) != 1:
            raise NotDecided(f"{self.name} has {len(found)} rates of {method}, expected one")
        return found[0]

    def choice(self, method: str, size: int | None = None) -> Choice:
        """The best rate of a method, over all seeds of the variant; the first size by default."""
        return choose(self.trials[self.sizes[0] if size is None else size], method)

    def tuned(self, method: str, size: int | None = None) -> Point:
        """The point at the best rate of a method.

        Raises:
            NotDecided: the rates tried don't decide which is best, as at a grid's edge.
        """
        size = self.sizes[0] if size is None else size
        choice = self.choice(method, size)
        if reason := undecided(choice):
            raise NotDecided(f"{self.store.variant}, size {size}: {reason}")
        return self._point(method, size, choice.rate)

    def best(self, method: str, size: int | None = None) -> Point | None:
        """The point at the best rate that was tried, interior or not, for figures."""
        size = self.sizes[0] if size is None else size
        rate = self.choice(method, size).rate
        return None if math.isnan(rate) else self._point(method, size, rate)

    def _point(self, method: str, size: int, rate: float) -> Point:
        return next(
            each
            for each in self.settings.points()
            if (each.method, each.size, each.rate) == (method, size, rate)
        )


def read(record: Record) -> list[Reading]:
    """The runs of a record, in the order of its plan."""
    readings = []
    trials: dict[str, dict[int, list[Trial]]] = {}
    for store in record.runs():
        plain = record.plan.variants[store.variant].settings
        settings = HeavyTailsSettings.model_validate(plain)
        shared = trials.setdefault(store.variant, {size: [] for size in settings.problem.sizes})
        reading = Reading(store, settings, shared)
        for trial, size in _trials(reading):
            shared[size].append(trial)
        readings.append(reading)
    return readings


def _trials(reading: Reading) -> Sequence[tuple[Trial, int]]:
    """Every point of a run as a trial of its rate, with its size.

    What is chosen by is the loss after the last step, or the updates to the target.
    """
    state = reading.store.status().state
    found = []
    for point in reading.settings.points():
        row = reading.rows.get(point)
        what = "loss" if reading.settings.target is None else "arrived"
        value = row.get(what, math.nan) if row else math.nan
        far = row is not None and not row.get("loss", math.inf) <= FAR * row["initial"]
        late = row is not None and reading.settings.target is not None and math.isnan(value)
        trial = Trial(
            method=point.method,
            rate=point.rate,
            seed=reading.store.seed,
            variant=reading.store.variant,
            loss=value,
            diverged=far or late,
            state=state,
        )
        found.append((trial, point.size))
    return found
