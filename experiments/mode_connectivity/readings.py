"""What the runs recorded along the straight line and the curve. No torch."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from experiments.mode_connectivity.settings import ModeConnectivitySettings
from research.evidence.bounded_claim import NotDecided
from research.records.status import FINISHED
from research.records.store import Record, RunStore

Floats = NDArray[numpy.float64]
MOVED = "_moved"
"""What the names of metrics end with that were measured with statistics of the ends."""


@dataclass(frozen=True)
class Reading:
    """One pair of networks.

    Attributes:
        store: its folder.
        settings: of its variant.
        line: by metric, its values along the straight line, [points]; fewer while it is measured.
        curve: the same along the curve.
    """

    store: RunStore
    settings: ModeConnectivitySettings
    line: Mapping[str, Floats]
    curve: Mapping[str, Floats]

    @property
    def name(self) -> str:
        """variant/seed."""
        return f"{self.store.variant}/{self.store.seed}"

    @property
    def is_whole(self) -> bool:
        """Whether all of both was measured."""
        wanted = self.settings.path_points
        return all(len(path.get("position", ())) == wanted for path in (self.line, self.curve))

    def along(self, path: str, metric: str) -> Floats:
        """A metric along the whole of "line" or "curve": [points].

        Raises:
            NotDecided: it was not measured, or not to the end.
        """
        found = (self.line if path == "line" else self.curve).get(metric)
        if found is None or not self.is_whole:
            raise NotDecided(f"{self.name} has no {metric} along the {path}")
        return found


def read(record: Record) -> list[Reading]:
    """The runs of a record that are over, or have begun to measure; in the order of its plan."""
    readings = []
    for store in record.runs():
        plain = record.plan.variants[store.variant].settings
        settings = ModeConnectivitySettings.model_validate(plain)
        rows = {int(row["step"]): row for row in store.stage("along").metrics()}
        points = settings.path_points
        line, curve = (
            _columns([rows[index] for index in range(start, start + points) if index in rows])
            for start in (0, points)
        )
        if rows or store.status().state in FINISHED:
            readings.append(Reading(store, settings, line, curve))
    return readings


def _columns(rows: list[dict[str, float]]) -> dict[str, Floats]:
    """Rows as columns; rows of one path have the same metrics."""
    names = [name for name in rows[0] if name != "step"] if rows else []
    return {name: numpy.array([row[name] for row in rows]) for name in names}
