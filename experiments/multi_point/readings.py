"""What the runs recorded: surfaces before and after training, and how much they agree. No torch."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy

from experiments.multi_point.agreement import (
    Bools,
    Floats,
    agreement,
    best_threshold,
    majority,
)
from research.evidence.bounded_claim import NotDecided
from research.records.store import Record, RunStore


@dataclass(frozen=True)
class Reading:
    """One run that has been evaluated at least once; a picture of R x C cells.

    Attributes:
        store: its folder.
        label: what the record calls its variant.
        settings: of its variant, as plain data.
        picture: which cells are good, [R, C].
        start: the test loss before the first step, [R, C].
        loss: by split, the loss at the last evaluation, [R, C].
        steps: of the evaluations, [E].
        agreements: on the test images with the best threshold, in %: [E].
    """

    store: RunStore
    label: str
    settings: Mapping[str, Any]
    picture: Bools
    start: Floats
    loss: Mapping[str, Floats]
    steps: Floats
    agreements: Floats

    @property
    def name(self) -> str:
        """variant/seed."""
        return f"{self.store.variant}/{self.store.seed}"

    @property
    def majority(self) -> float:
        """Agreement of a surface that shows nothing, in %."""
        return 100 * majority(self.picture)

    @property
    def threshold(self) -> float:
        """The best threshold for the test images, in nats."""
        return best_threshold(self.loss["test"], self.picture)

    def at_start(self) -> float:
        """Agreement before the first step, with the best threshold, in %."""
        return _best(self.start, self.picture)

    def at_end(self) -> float:
        """Agreement at the end, with the best threshold for the test images, in %."""
        return self._at_end(self.threshold)

    def at_end_by_training(self) -> float:
        """Agreement at the end, with the best threshold for the training images, in %."""
        return self._at_end(best_threshold(self.loss["train"], self.picture))

    def _at_end(self, threshold: float) -> float:
        if self.store.status().state == "diverged":
            return math.nan
        if self.steps[-1] < self.settings["trainer"]["max_steps"]:
            raise NotDecided(f"{self.name} ended after {self.steps[-1]:,.0f} steps")
        return 100 * agreement(self.loss["test"], self.picture, threshold)


def read(record: Record) -> list[Reading]:
    """The runs of a record that have been evaluated, in the order of its plan."""
    readings = []
    for store in record.runs():
        plan = record.plan.variants[store.variant]
        rows = [row for row in store.metrics() if "test/agreement_best" in row]
        pictures, starts = store.arrays("picture"), store.arrays("start_test_loss")
        surfaces = {split: store.arrays(f"{split}_loss") for split in ("train", "test")}
        if not rows or not pictures or not starts or not all(surfaces.values()):
            continue
        readings.append(
            Reading(
                store=store,
                label=plan.label,
                settings=plan.settings,
                picture=next(iter(pictures.values())) > 0,
                start=next(iter(starts.values())),
                loss={split: arrays[max(arrays)] for split, arrays in surfaces.items()},
                steps=numpy.array([row["step"] for row in rows], dtype=numpy.float64),
                agreements=100 * numpy.array([row["test/agreement_best"] for row in rows]),
            )
        )
    return readings


def _best(surface: Floats, picture: Bools) -> float:
    return 100 * agreement(surface, picture, best_threshold(surface, picture))
