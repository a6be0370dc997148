"""The evidence of mode_connectivity: claims and figures, from a record alone."""

from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from experiments.mode_connectivity.along_figure import along_figure
from experiments.mode_connectivity.claims import AT_LEAST, CLAIMS, NAMED_BY_CLAIMS
from experiments.mode_connectivity.naming import curve_of, grouped, repeated, title_of
from experiments.mode_connectivity.plane_figure import (
    overview_figure,
    plane_of,
    planes_figure,
    scale_of,
)
from experiments.mode_connectivity.readings import Reading, read
from research.evidence.bounded_claim import not_read
from research.evidence.claimed_settings import wrong_settings
from research.evidence.claims import Verdict
from research.evidence.style import lecture_style
from research.records.store import Record

if TYPE_CHECKING:
    import plotly.graph_objects


def verdicts(record: Record) -> list[Verdict]:
    """Every claim, judged; see `claims.CLAIMS`."""
    readings = read(record)
    wrong = not_read(record, readings) | wrong_settings(record.plan, NAMED_BY_CLAIMS, AT_LEAST)
    return [claim.judge(readings, wrong) for claim in CLAIMS]


@lecture_style()
def figures(record: Record) -> dict[str, Figure]:
    """Those that the record has measurements for.

    `mode_connectivity` is the plane and both paths of the first variant, `along` the paths of every
    variant, `planes` and `test_planes` the planes of one pair each.
    """
    readings = _started(record)
    groups = grouped(readings)
    drawn: dict[str, Figure] = {}
    if not groups:
        return drawn
    drawn["mode_connectivity"] = overview_figure(next(iter(groups.values())))
    if len(groups) > 1:
        drawn["along"] = along_figure(groups, repeated(readings, groups))
    for name, split in (("planes", "train"), ("test_planes", "test")):
        if any(plane_of(reading, split) for reading in readings):
            drawn[name] = planes_figure(groups, split)
    return drawn


def interactive(record: Record) -> dict[str, "plotly.graph_objects.Figure"]:
    """`planes`: those of `figures`, to turn by hand, on one scale."""
    from research.evidence.landscape_interactive import plotly_surface

    shown, surfaces = [], {}
    for runs in grouped(_started(record)).values():
        for split, kind in (("train", "training"), ("test", "test")):
            for reading in runs[:1]:
                if (surface := plane_of(reading, split)) is not None:
                    settings = reading.settings
                    name = f"{title_of(settings)}, {curve_of(settings)}: {kind} loss"
                    surfaces[name] = surface
                    shown.append(reading)
    if not surfaces:
        return {}
    title = "The loss over the plane through two networks and the middle of the curve"
    axis_titles = ("from one network to the other", "towards the curve")
    scale = scale_of(shown, "train", "test")
    return {"planes": plotly_surface(surfaces, title=title, scale=scale, axis_titles=axis_titles)}


def _started(record: Record) -> list[Reading]:
    """The runs that have measured all of both paths."""
    return [reading for reading in read(record) if reading.is_whole]
