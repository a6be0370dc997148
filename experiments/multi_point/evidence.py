"""The evidence of multi_point: claims and figures, computed from a record alone."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy
from matplotlib.figure import Figure

from experiments.multi_point.agreement import Floats
from experiments.multi_point.agreement_figure import agreement_figure
from experiments.multi_point.claims import AT_LEAST, CLAIMS, NAMED_BY_CLAIMS
from experiments.multi_point.planes_figure import planes_figure
from experiments.multi_point.readings import Reading, read
from research.evidence.bounded_claim import not_read
from research.evidence.claimed_settings import wrong_settings
from research.evidence.claims import Verdict
from research.evidence.style import lecture_style
from research.records.store import Record

if TYPE_CHECKING:
    from plotly.graph_objects import Figure as InteractiveFigure


@dataclass(frozen=True)
class Plane:
    """A surface as the drawing of landscapes wants it: [x, y], upwards, in cells.

    Attributes:
        axes: x from left to right, [C], and y from bottom to top, [R], in cells.
        loss: [C, R].
    """

    axes: tuple[Floats, Floats]
    loss: Floats


def verdicts(record: Record) -> list[Verdict]:
    """Every claim, judged; see `claims.CLAIMS`."""
    readings = read(record)
    wrong = not_read(record, readings) | wrong_settings(record.plan, NAMED_BY_CLAIMS, AT_LEAST)
    return [claim.judge(readings, wrong) for claim in CLAIMS]


@lecture_style()
def figures(record: Record) -> dict[str, Figure]:
    """`multi_point`, the surface of the first variant, one of each further one, and `agreement`.

    None before a run was evaluated.
    """
    groups = _groups(record)
    drawn: dict[str, Figure] = {}
    for variant, runs in groups.items():
        name = f"surface-{variant}" if drawn else "multi_point"
        drawn[name] = planes_figure(runs)
    if groups:
        drawn["agreement"] = agreement_figure(groups)
    return drawn


def interactive(record: Record) -> "dict[str, InteractiveFigure]":
    """`relief`, the surfaces of all runs after training to turn by hand."""
    from research.evidence.landscape_figures import plotly_surface

    planes = {
        f"{runs[0].label}, seed {run.store.seed}": upright(run.loss["test"])
        for runs in _groups(record).values()
        for run in runs
    }
    if not planes:
        return {}
    titles = ("cells to the right", "cells upwards")
    title = "Mean loss over the test images"
    return {"relief": plotly_surface(planes, title=title, log=True, axis_titles=titles)}


def upright(picture: Floats) -> Plane:
    """A surface in the order of a picture, [R, C], row 0 on top, as one over x and y."""
    rows, columns = picture.shape
    x = numpy.arange(columns) - (columns - 1) / 2
    y = numpy.arange(rows) - (rows - 1) / 2
    return Plane((x, y), picture[::-1].T)


def _groups(record: Record) -> dict[str, list[Reading]]:
    groups: dict[str, list[Reading]] = {}
    for reading in read(record):
        groups.setdefault(reading.store.variant, []).append(reading)
    return groups
