"""What the runs of a record ended with, sorted by the part they play.

A variant METHOD-lrRATE is a point of a method's grid of learning rates; METHOD-tolTOLERANCE is one
of SWATS's switching tolerances; any other, for example adam-dropout, changes the network.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
from numpy.typing import NDArray

from research.evidence.tuned_rates import grid_method
from research.records.status import FINISHED, State
from research.records.store import Plan, Record, RunStore

TRAIN_LOSS = "train/loss"
VALIDATION_ACCURACY = "validation/accuracy"
TEST_ACCURACY = "test/accuracy"
EARLY = 8
"""The early phase is the first of so many equal parts of a run."""
CURVES = (TRAIN_LOSS, "train/accuracy", VALIDATION_ACCURACY, TEST_ACCURACY)


@dataclass(frozen=True)
class Outcome:
    """One run.

    Attributes:
        variant: its variant.
        seed: its seed.
        state: its state.
        rate: the learning rate that its method tries, before the schedule: of SGD, where Adam
            comes first and SGD from a chosen step on.
        settings: its settings, as plain data.
        steps: the steps of its evaluations, [evaluations].
        curves: by metric of `CURVES`, one value an evaluation; NaN where there is none.
        switched: the step at which its optimizer switched, or None.
    """

    variant: str
    seed: int
    state: State
    rate: float
    settings: Mapping[str, Any]
    steps: NDArray[numpy.int64]
    curves: Mapping[str, NDArray[numpy.float64]]
    switched: int | None

    @property
    def run(self) -> str:
        """Its name: variant/seed."""
        return f"{self.variant}/{self.seed}"

    @property
    def method(self) -> str | None:
        """The method whose grid of learning rates it belongs to, if it does."""
        return grid_method(self.variant)

    @property
    def is_finished(self) -> bool:
        """Whether nothing more will come from this run."""
        return self.state in FINISHED

    @property
    def is_whole(self) -> bool:
        """Whether it was trained to its last step."""
        last = self.settings["trainer"]["max_steps"]
        return self.state == "done" and len(self.steps) > 0 and int(self.steps[-1]) == last

    def final(self, metric: str) -> float:
        """The value after the last step; NaN if it never got there."""
        return float(self.curves[metric][-1]) if self.is_whole else math.nan

    def early(self, metric: str) -> float:
        """The value at the last evaluation in the first eighth of the steps; NaN if none was."""
        found = int((self.steps * EARLY <= self.settings["trainer"]["max_steps"]).sum())
        return float(self.curves[metric][found - 1]) if found else math.nan


def read_outcomes(record: Record) -> list[Outcome]:
    """The outcomes of all runs of a record, in the order of its plan."""
    return [read_outcome(record.plan, store) for store in record.runs()]


def read_outcome(plan: Plan, store: RunStore) -> Outcome:
    """The outcome of one run."""
    settings = plan.variants[store.variant].settings
    optimizer = settings["optimizer"]
    rows = [row for row in store.metrics() if TRAIN_LOSS in row]
    _, switched = store.column("switch/step")
    return Outcome(
        variant=store.variant,
        seed=store.seed,
        state=store.status().state,
        rate=float(optimizer.get("sgd_lr", optimizer["lr"])),
        settings=settings,
        steps=numpy.array([row["step"] for row in rows], dtype=numpy.int64),
        curves={
            name: numpy.array([row.get(name, math.nan) for row in rows], dtype=numpy.float64)
            for name in CURVES
        },
        switched=int(switched[0]) if len(switched) else None,
    )


def by_variant(outcomes: Sequence[Outcome]) -> dict[str, list[Outcome]]:
    """The runs of each variant, in the order of the plan."""
    groups: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        groups.setdefault(outcome.variant, []).append(outcome)
    return groups
