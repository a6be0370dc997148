"""What the evidence of heavy_tails_images reads from a record: trials, and curves of losses."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy
from numpy.typing import NDArray

from experiments.heavy_tails_images.methods import METHODS
from experiments.heavy_tails_images.settings import FREQUENT, RARE
from research.evidence.tuned_rates import Choice, Trial, choose, read_trials
from research.records.run_store import RunStore
from research.records.store import Record
from research.settings.reweighting import WEIGHTED_LOSS as MINIMISED

LOSS = "loss"
CURVES = (MINIMISED, LOSS, FREQUENT, RARE)
"""Metrics of the training split that are read."""


@dataclass(frozen=True)
class Outcomes:
    """A record, read.

    Attributes:
        trials: of all methods, by the loss that training minimises.
        curves: by run (variant/seed), steps and values of each metric of `CURVES`: [evaluations].
        settings: by variant, as plain data.
        record: where they come from.
    """

    trials: list[Trial]
    curves: Mapping[str, Mapping[str, NDArray[numpy.float64]]]
    settings: Mapping[str, Mapping[str, Any]]
    record: Record

    def choice(self, method: str) -> Choice:
        """The best learning rate of a method."""
        return choose(self.trials, method)

    def final(self, trial: Trial, metric: str) -> float:
        """A metric of the training split after the last step; NaN if the run never got there."""
        values = self.curves[trial.run][metric]
        return float(values[-1]) if math.isfinite(trial.loss) and len(values) else math.nan


def read_outcomes(record: Record) -> Outcomes:
    """Everything that the evidence needs."""
    return Outcomes(
        trials=read_trials(record, f"train/{MINIMISED}", METHODS.__contains__),
        curves={f"{store.variant}/{store.seed}": _read_curves(store) for store in record.runs()},
        settings={name: each.settings for name, each in record.plan.variants.items()},
        record=record,
    )


def _read_curves(store: RunStore) -> dict[str, NDArray[numpy.float64]]:
    rows = [row for row in store.metrics() if f"train/{MINIMISED}" in row]
    found = {
        name: numpy.array([row.get(f"train/{name}", math.nan) for row in rows], dtype=float)
        for name in CURVES
    }
    return {"step": numpy.array([row["step"] for row in rows], dtype=float), **found}
