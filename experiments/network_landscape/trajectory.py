"""The plane in which most of a run's trajectory lies, through the network that is looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy
from numpy.typing import NDArray

from callbacks.trajectory import read_trajectory
from research.landscape.directions import Direction, principal_directions, project
from research.landscape.weights import Weights
from research.records.errors import RecordError
from research.records.run_store import RunStore
from research.settings.landscape import coordinates

MARGIN = 0.15
"""Room around the trajectory, as share of what it covers."""


@dataclass(frozen=True)
class Way:
    """A trajectory, and the plane through one network along its principal directions.

    Attributes:
        directions: of length one, so that coordinates are distances in weight space.
        shares: of the trajectory's variance that lies along each.
        steps: of the points.
        places: the points' coordinates, the network at (0, 0): [points, 2].
        distances: how far each point is from the plane: [points].
    """

    directions: tuple[Direction, ...]
    shares: tuple[float, ...]
    steps: tuple[int, ...]
    places: NDArray[numpy.float64]
    distances: tuple[float, ...]

    def axes(self, shape: Sequence[int]) -> tuple[tuple[float, ...], ...]:
        """So many coordinates along each direction that cover the way, with room on all sides."""
        return tuple(
            _around(column.tolist(), count)
            for column, count in zip(self.places.T, shape, strict=True)
        )

    def notes(self) -> dict[str, Any]:
        """What is kept with a surface, as plain types."""
        about = {
            "steps": list(self.steps),
            "coordinates": self.places.tolist(),
            "distances": list(self.distances),
            "shares": list(self.shares),
        }
        return {"trajectory": about}


def read_way(store: RunStore, origin: Weights) -> Way:
    """The trajectory that a run has kept.

    Args:
        store: the run, or its stage, that has trained the network.
        origin: the network's weights; the plane goes through them.

    Raises:
        RecordError: there is none, it spans no plane, or it is another network's.
    """
    try:
        points = read_trajectory(store, origin)
        principal = principal_directions(list(points.values()), 2)
    except (ValueError, IndexError) as error:
        raise RecordError(f"{store.folder}: trajectory: {error}") from error
    found = [project(point, origin, principal.directions) for point in points.values()]
    return Way(
        principal.directions,
        principal.shares,
        tuple(points),
        numpy.array([each.coordinates for each in found]),
        tuple(each.distance for each in found),
    )


def _around(places: Sequence[float], points: int) -> tuple[float, ...]:
    low, high = min(*places, 0.0), max(*places, 0.0)
    room = MARGIN * (high - low)
    return coordinates((low - room, high + room), points)
