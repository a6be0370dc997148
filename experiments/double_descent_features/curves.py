"""What a run recorded: a curve over N/n, features per image, or over n/N. No torch."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from experiments.double_descent_features.settings import DoubleDescentFeaturesSettings
from research.records.store import Record, RunStore

Floats = NDArray[numpy.float64]

CLOSE = 1e-9
"""Ratios are equal up to this."""


@dataclass(frozen=True)
class Curve:
    """One run.

    Attributes:
        store: its folder.
        unit: the number at ratio 1: of images, or of features where images vary.
        is_whole: whether every point has its row.
        rows: by name of the metric, [points], ascending in the ratio; nothing without any row.
    """

    store: RunStore
    unit: int
    is_whole: bool
    rows: Mapping[str, Floats]

    @property
    def name(self) -> str:
        """variant/seed."""
        return f"{self.store.variant}/{self.store.seed}"

    @property
    def swept(self) -> str:
        """The metric that holds what varies."""
        return "examples" if len(set(self.rows["features"])) == 1 else "features"

    @property
    def ratios(self) -> Floats:
        """What varies over what does not, [points]."""
        return self.rows[self.swept] / self.unit

    def at(self, metric: str, ratio: float) -> float:
        """A metric at the point nearest to a ratio."""
        return float(self.rows[metric][numpy.abs(numpy.log(self.ratios / ratio)).argmin()])

    def peak(self, metric: str) -> float:
        """The ratio at which a metric is largest; of several the smallest."""
        return float(self.ratios[numpy.nanargmax(self.rows[metric])])

    def below(self, metric: str) -> float:
        """The smallest value of a metric at ratios below 1."""
        return float(self.rows[metric][self.ratios < 1 - CLOSE].min())


def curve_of(record: Record, store: RunStore) -> Curve:
    """The curve of one run."""
    plain = record.plan.variants[store.variant].settings
    settings = DoubleDescentFeaturesSettings.model_validate(plain)
    found = sorted(store.metrics(), key=lambda row: row["step"])
    names = found[0] if found else {}
    rows = {name: numpy.array([row[name] for row in found]) for name in names if name != "step"}
    return Curve(store, settings.unit, len(found) == len(settings.counts), rows)


def curves_of(record: Record) -> list[Curve]:
    """The curves of all runs, in the order of the plan."""
    return [curve_of(record, store) for store in record.runs()]
