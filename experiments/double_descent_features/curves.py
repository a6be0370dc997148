"""What a run recorded: a curve over N/n, features per image, or over n/N. No torch."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray
from pydantic import ValidationError

from experiments.double_descent_features.settings import DoubleDescentFeaturesSettings
from research.records.errors import RecordError
from research.records.store import Record, RunStore

Floats = NDArray[numpy.float64]

CLOSE = 1e-9
"""Ratios are equal up to this."""


@dataclass(frozen=True)
class Curve:
    """One run.

    Attributes:
        store: its folder.
        label: what its variant is called.
        settings: what it was run with.
        is_whole: whether every point has its row.
        rows: by name of the metric, [points], ascending in the ratio; nothing without any row.
    """

    store: RunStore
    label: str
    settings: DoubleDescentFeaturesSettings
    is_whole: bool
    rows: Mapping[str, Floats]

    @property
    def name(self) -> str:
        """variant/seed."""
        return f"{self.store.variant}/{self.store.seed}"

    @property
    def unit(self) -> int:
        """The number at ratio 1: of images, or of features where images vary."""
        return self.settings.unit

    @property
    def swept(self) -> str:
        """The metric that holds what varies."""
        return "examples" if self.settings.sweep == "samples" else "features"

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
    """The curve of one run.

    Raises:
        RecordError: it was run with settings that an earlier version accepted.
    """
    variant = record.plan.variants[store.variant]
    try:
        settings = DoubleDescentFeaturesSettings.model_validate(variant.settings)
    except ValidationError as error:
        text = f"{record.folder}: {store.variant} can't be drawn: {error.errors()[0]['msg']}"
        raise RecordError(text) from error
    found = sorted(store.metrics(), key=lambda row: row["step"])
    names = found[0] if found else {}
    rows = {name: numpy.array([row[name] for row in found]) for name in names if name != "step"}
    is_whole = len(found) == len(settings.counts)
    return Curve(store, variant.label, settings, is_whole, rows)


def curves_of(record: Record) -> list[Curve]:
    """The curves of all runs, in the order of the plan."""
    return [curve_of(record, store) for store in record.runs()]
