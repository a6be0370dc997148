"""What a measurement of curvature is to be: at which point, of what, on which examples."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch

from research.landscape.curvature.measure import Curvature, measure_curvature
from research.landscape.objective import Objective
from research.landscape.plan import check_name, moved_to, on_device, placed
from research.landscape.vectors import Direction
from research.landscape.weights import Weights, moved
from research.settings.landscape import CurvatureSettings


@dataclass(frozen=True)
class CurvaturePlan:
    """Curvature that is to be measured at one point.

    Attributes:
        name: what its arrays are called; letters, digits, - and _.
        objective: the network and the examples.
        origin: the point; None means the network's own weights.
        settings: what is measured.
        directions: with `coordinates`, the point is origin + sum_i c_i direction_i: for maps.
        coordinates: one for each direction.
        notes: what else is to be kept with it; plain types.
    """

    name: str
    objective: Objective
    origin: Weights | None = None
    settings: CurvatureSettings = field(default_factory=CurvatureSettings)
    directions: tuple[Direction, ...] = ()
    coordinates: tuple[float, ...] = ()
    notes: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuses what does not fit together.

        Raises:
            ValueError: it does not.
        """
        check_name(self.name)
        if len(self.directions) != len(self.coordinates):
            found = f"{len(self.directions)} directions and {len(self.coordinates)} coordinates"
            raise ValueError(f"{self.name} has {found}, expected as many")
        if self.directions and self.origin is None:
            raise ValueError(f"{self.name} has directions and no origin, expected one")

    def measure(self) -> Curvature:
        """Measures it; the network is left as it was."""
        origin = self.origin
        if self.directions and origin is not None:
            origin = moved(origin, self.directions, self.coordinates)
        measured = self.settings.model_dump(exclude={"splits", "examples", "batch_size"})
        return measure_curvature(self.objective, origin, **measured)

    def description(self) -> dict[str, Any]:
        """What is measured of what, as plain types."""
        return {
            **self.notes,
            **self.settings.model_dump(),
            "name": self.name,
            "coordinates": list(self.coordinates),
            "examples": self.objective.count,
            "batch_size": self.objective.batch_size,
            "fingerprint": self.objective.fingerprint(),
        }

    def on(self, device: torch.device) -> "CurvaturePlan":
        """The same plan on a device; the network is copied if it lies on another."""
        if on_device(self.objective, device):
            return self
        return replace(
            self,
            objective=placed(self.objective, device),
            origin=None if self.origin is None else moved_to(self.origin, device),
            directions=tuple(moved_to(each, device) for each in self.directions),
        )
