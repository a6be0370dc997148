"""A partition of the plane of two searched settings, and what the trials in each cell came to."""

import math
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from research.evidence.study_reading import SearchedSetting, measured
from research.records.study_table import StudyTable

Values = NDArray[numpy.float64]
_POINTS_A_CELL = 2.5


@dataclass(frozen=True)
class Cells:
    """Values of the objective over a rectangular partition.

    Attributes:
        x: edges across, [nx + 1].
        y: edges upwards, [ny + 1].
        values: median of the trials in each cell, [nx, ny]; NaN where there is none.
        most: trials in the fullest cell.
        exact: whether the cells are the points of a grid.
    """

    x: Values
    y: Values
    values: Values
    most: int
    exact: bool


def cells(table: StudyTable, across: SearchedSetting, upwards: SearchedSetting) -> Cells:
    """The cells of a grid, or so coarse a partition that it is no guess."""
    rows = measured(table)
    exact = table.plan.sampler == "grid"
    side = max(2, round(math.sqrt(len(rows) / _POINTS_A_CELL)))
    edges = [
        _grid_edges(table, each) if exact else _even_edges(each, side) for each in (across, upwards)
    ]
    inside: dict[tuple[int, int], list[float]] = {}
    for row, value in rows:
        places = [_scaled(each, each.place(row.values)) for each in (across, upwards)]
        i, j = (
            min(
                max(int(numpy.searchsorted(_scaled_all(each, edge), at, "right")) - 1, 0),
                len(edge) - 2,
            )
            for each, edge, at in zip((across, upwards), edges, places, strict=True)
        )
        inside.setdefault((i, j), []).append(value)
    values = numpy.full((len(edges[0]) - 1, len(edges[1]) - 1), numpy.nan)
    for cell, found in inside.items():
        values[cell] = numpy.median(found)
    return Cells(edges[0], edges[1], values, max(map(len, inside.values()), default=0), exact)


def _even_edges(setting: SearchedSetting, count: int) -> Values:
    """Edges that are evenly spaced on the setting's axis."""
    low, high = _scaled(setting, setting.low), _scaled(setting, setting.high)
    return _unscaled(setting, numpy.linspace(low, high, count + 1))


def _grid_edges(table: StudyTable, setting: SearchedSetting) -> Values:
    """Edges halfway between the values of a grid, and as far beyond its ends."""
    tried = [setting.place(row.values) for row in table.trials]
    centres = numpy.unique([round(_scaled(setting, at), 9) for at in tried if at is not None])
    if len(centres) < 2:
        return _even_edges(setting, 1)
    middles = (centres[1:] + centres[:-1]) / 2
    ends = 2 * centres[0] - middles[0], 2 * centres[-1] - middles[-1]
    return _unscaled(setting, numpy.concatenate([ends[:1], middles, ends[1:]]))


def _scaled(setting: SearchedSetting, place: float | None) -> float:
    number = math.nan if place is None else place
    return math.log10(number) if setting.log else number


def _scaled_all(setting: SearchedSetting, places: Values) -> Values:
    return numpy.log10(places) if setting.log else places


def _unscaled(setting: SearchedSetting, places: Values) -> Values:
    return numpy.power(10.0, places) if setting.log else places
