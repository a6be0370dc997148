"""What the runs of a record measured: their lines and planes, as far as they are there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
from numpy.typing import NDArray

from experiments.loss_landscape.naming import line_name, plane_name
from experiments.loss_landscape.settings import LossLandscapeSettings
from research.evidence.bounded_claim import NotDecided
from research.evidence.surfaces import read_surface, surface_names
from research.records.store import Record, RunStore
from research.surface import Surface

Floats = NDArray[numpy.float64]
IMAGES = {
    "fashion_mnist": "",
    "mnist": "MNIST, ",
    "digits": "digits, ",
    "cifar10": "CIFAR-10, ",
}
"""What a label begins with; Fashion-MNIST is the lecture's."""


@dataclass(frozen=True)
class Lines:
    """The losses along all directions through one point.

    Attributes:
        coordinates: along each direction, [points].
        losses: [directions, points].
        training_loss: what training measured there; None where it was not asked for.
    """

    coordinates: Floats
    losses: Floats
    training_loss: float | None = None


@dataclass(frozen=True)
class Reading:
    """One run.

    Attributes:
        store: its folder.
        settings: of its variant.
        surfaces: those that are done, by name.
    """

    store: RunStore
    settings: LossLandscapeSettings
    surfaces: dict[str, Surface]

    @property
    def name(self) -> str:
        """variant/seed."""
        return f"{self.store.variant}/{self.store.seed}"

    @property
    def label(self) -> str:
        """What distinguishes the networks of the lecture, and the images where they are others."""
        rate, images = self.settings.model.dropout, IMAGES[self.settings.data.name]
        return images + (f"dropout {rate:g}" if rate else "no dropout")

    def lines(self, point: str, split: str) -> Lines | None:
        """The lines through a point, if all of them are done."""
        names = [line_name(point, split, index) for index in range(self.settings.directions)]
        found = [self.surfaces[name] for name in names if name in self.surfaces]
        if len(found) < len(names):
            return None
        losses = numpy.stack([each.loss for each in found])
        return Lines(found[0].axes[0], losses, found[0].about["training_loss"])

    def whole(self, point: str, split: str) -> Lines:
        """The same, for a claim.

        Raises:
            NotDecided: they are not there.
        """
        if (found := self.lines(point, split)) is None:
            raise NotDecided(f"{self.name} has no lines of the {split} loss at {point}")
        return found

    def plane(self, point: str, split: str) -> Surface | None:
        """The plane through a point, if it is done."""
        return self.surfaces.get(plane_name(point, split))

    def cosines(self) -> Floats:
        """Of all pairs of directions before normalisation, [pairs]."""
        return numpy.array(self._about()["cosines_of_noise"], dtype=numpy.float64)

    def weights(self) -> int:
        """How many weights the network has."""
        return int(self._about()["weights"])

    def _about(self) -> Mapping[str, Any]:
        for surface in self.surfaces.values():
            return surface.about
        raise NotDecided(f"{self.name} has no surfaces")


def read(record: Record) -> list[Reading]:
    """The runs of a record that have a surface, in the order of its plan."""
    readings = []
    for store in record.runs():
        plain = record.plan.variants[store.variant].settings
        settings = LossLandscapeSettings.model_validate(plain)
        stage = store.stage("landscape")
        surfaces = {name: read_surface(stage, name) for name in surface_names(stage)}
        if surfaces:
            readings.append(Reading(store, settings, surfaces))
    return readings


def of_one_seed(readings: Sequence[Reading]) -> list[Reading]:
    """One run of each variant: of the smallest seed that most variants have, or else their own."""
    by_variant: dict[str, dict[int, Reading]] = {}
    for each in readings:
        by_variant.setdefault(each.store.variant, {})[each.store.seed] = each
    seeds = [seed for runs in by_variant.values() for seed in runs]
    if not seeds:
        return []
    common = max(sorted(set(seeds)), key=seeds.count)
    return [runs.get(common, runs[min(runs)]) for runs in by_variant.values()]
