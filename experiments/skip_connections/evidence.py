"""The evidence of skip_connections: claims and figures, from a record alone."""

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from experiments.skip_connections.claims import AT_LEAST, CLAIMS, NAMED_BY_CLAIMS, too_few_seeds
from experiments.skip_connections.map_figure import map_figure
from experiments.skip_connections.numbers_figure import numbers_figure
from experiments.skip_connections.planes_figure import (
    planes_figure,
    planes_to_turn,
    reliefs_figure,
)
from experiments.skip_connections.readings import read
from research.evidence.claimed_settings import wrong_settings
from research.evidence.claims import Verdict
from research.evidence.style import lecture_style
from research.records.store import Record

if TYPE_CHECKING:
    from plotly.graph_objects import Figure as Interactive


def verdicts(record: Record) -> list[Verdict]:
    """Every claim, judged; see `claims.CLAIMS`."""
    wrong = too_few_seeds(record.plan) | wrong_settings(record.plan, NAMED_BY_CLAIMS, AT_LEAST)
    readings = read(record)
    return [claim.judge(readings, wrong) for claim in CLAIMS]


@lecture_style()
def figures(record: Record) -> dict[str, Figure]:
    """Those that the record has something for.

    `skip_connections` and `reliefs` are the planes of the lowest seed, `curvature_map` the
    curvature over them, `numbers` all networks and seeds.
    """
    readings = read(record)
    drawn: dict[str, Figure] = {}
    if any(each.plane is not None for each in readings):
        drawn["skip_connections"] = planes_figure(readings)
        drawn["reliefs"] = reliefs_figure(readings)
    if any(each.map is not None for each in readings):
        drawn["curvature_map"] = map_figure(readings)
    if any(each.train_loss == each.train_loss for each in readings):
        drawn["numbers"] = numbers_figure(readings)
    return drawn


def interactive(record: Record) -> "dict[str, Interactive]":
    """`planes`, to turn by hand."""
    readings = read(record)
    if not any(each.plane is not None for each in readings):
        return {}
    return {"planes": planes_to_turn(readings)}
