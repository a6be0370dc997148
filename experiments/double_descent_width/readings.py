"""What the runs recorded, as curves over the width, and the numbers of claims. No torch."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from experiments.double_descent_width.settings import DoubleDescentWidthSettings
from research.evidence.bounded_claim import NotDecided
from research.records.store import Record, RunStore

Floats = NDArray[numpy.float64]
MEASURED = ("train_loss", "train_error", "test_loss", "test_error", "norm")


@dataclass(frozen=True)
class Reading:
    """The curves of one run; W widths, m networks.

    Attributes:
        store: its folder.
        settings: of its variant.
        widths: [W], those that are done.
        parameters: [W], of one network.
        curves: by name (see MEASURED), [m, W].
    """

    store: RunStore
    settings: DoubleDescentWidthSettings
    widths: Floats
    parameters: Floats
    curves: Mapping[str, Floats]

    @property
    def name(self) -> str:
        """variant/seed."""
        return f"{self.store.variant}/{self.store.seed}"

    @property
    def shares(self) -> Floats:
        """Parameters over nK, [W]: 1 at the threshold."""
        return self.parameters / self.settings.threshold

    def whole(self, name: str) -> Floats:
        """A curve of every network over all widths.

        Raises:
            NotDecided: a network diverged.
        """
        values = self.curves[name]
        if not numpy.isfinite(values).all():
            width = self.widths[~numpy.isfinite(values).all(axis=0)][0]
            raise NotDecided(f"{self.name}: a network of width {width:.0f} diverged")
        return values


def read(record: Record) -> list[Reading]:
    """The runs of a record that have a width, in the order of its plan."""
    readings = []
    for store in record.runs():
        plain = record.plan.variants[store.variant].settings
        settings = DoubleDescentWidthSettings.model_validate(plain)
        done = [int(row["step"]) for row in store.metrics()]
        if not done:
            continue
        curves = {}
        for name in MEASURED:
            arrays = store.arrays(name)
            curves[name] = numpy.stack([arrays[index] for index in done], axis=1)
        widths = [settings.widths[index] for index in done]
        parameters = [settings.parameters(width) for width in widths]
        readings.append(
            Reading(
                store, settings, numpy.array(widths, float), numpy.array(parameters, float), curves
            )
        )
    return readings
