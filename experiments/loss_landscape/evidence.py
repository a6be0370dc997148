"""The evidence of loss_landscape: claims and figures, from a record alone."""

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from experiments.loss_landscape.claims import judge_all
from experiments.loss_landscape.configurations import AT_LEAST, NAMED_BY_CLAIMS
from experiments.loss_landscape.curvature_figure import curvature_figure
from experiments.loss_landscape.lines_figure import lines_figure
from experiments.loss_landscape.naming import START, TRAINED
from experiments.loss_landscape.planes_figure import (
    contours_figure,
    planes_at,
    reliefs_figure,
    to_turn,
)
from experiments.loss_landscape.readings import Reading, of_one_seed, read
from research.evidence.bounded_claim import not_read
from research.evidence.claimed_settings import wrong_settings
from research.evidence.claims import Verdict
from research.evidence.style import lecture_style
from research.records.store import Record

if TYPE_CHECKING:
    from plotly.graph_objects import Figure as Interactive


def verdicts(record: Record) -> list[Verdict]:
    """Every claim, judged; see `claims.CLAIMS`."""
    readings = read(record)
    wrong = not_read(record, readings) | wrong_settings(record.plan, NAMED_BY_CLAIMS, AT_LEAST)
    return judge_all(readings, wrong)


@lecture_style()
def figures(record: Record) -> dict[str, Figure]:
    """Those that the record has surfaces for, of one seed but for `curvature`.

    `loss_landscape` has the lines, `reliefs` the planes of one split in three dimensions,
    `plane-start` and `plane-trained` the level lines of all, `curvature` the curvature of the
    lines of every seed.
    """
    readings = read(record)
    if not readings:
        return {}
    shown = of_one_seed(readings)
    drawn = {"loss_landscape": lines_figure(shown)}
    if any(planes_at(shown, point) for point in (START, TRAINED)):
        drawn["reliefs"] = reliefs_figure(shown)
    for point in (START, TRAINED):
        if planes_at(shown, point):
            drawn[f"plane-{point}"] = contours_figure(shown, point)
    groups: dict[str, list[Reading]] = {}
    for reading in readings:
        groups.setdefault(reading.store.variant, []).append(reading)
    drawn["curvature"] = curvature_figure(groups)
    return drawn


def interactive(record: Record) -> "dict[str, Interactive]":
    """`turn-start` and `turn-trained`: the same planes, to turn by hand."""
    shown = of_one_seed(read(record))
    return {
        f"turn-{point}": to_turn(shown, point)
        for point in (START, TRAINED)
        if planes_at(shown, point)
    }
