"""The evidence of double_descent_polynomial: claims, figures, an animation, a figure to explore."""

from typing import TYPE_CHECKING

from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure

from experiments.double_descent_polynomial.claims import CLAIMS
from experiments.double_descent_polynomial.configurations import AT_LEAST, EXACTLY
from experiments.double_descent_polynomial.curve_figure import curve_figure
from experiments.double_descent_polynomial.growing import growing
from experiments.double_descent_polynomial.measured import first_of_each, read_curves
from experiments.double_descent_polynomial.variants_figure import variants_figure
from research.evidence.claimed_settings import wrong_settings
from research.evidence.claims import Verdict
from research.evidence.style import lecture_style
from research.records.store import Record

if TYPE_CHECKING:
    from plotly.graph_objects import Figure as Interactive


def verdicts(record: Record) -> list[Verdict]:
    """Every claim, judged; see `claims.CLAIMS`."""
    curves = read_curves(record)
    wrong = wrong_settings(record.plan, EXACTLY, AT_LEAST)
    return [claim.judge(curves, wrong) for claim in CLAIMS]


@lecture_style()
def figures(record: Record) -> dict[str, Figure]:
    """The lecture's curve as `double_descent_polynomial`, and all others in `variants`.

    They show the first run of each variant.
    """
    curves = first_of_each(read_curves(record))
    drawn = {}
    if "lecture" in curves:
        drawn["double_descent_polynomial"] = curve_figure(curves)
    if len(curves) > 1:
        drawn["variants"] = variants_figure(curves)
    return drawn


@lecture_style()
def animations(record: Record) -> dict[str, FuncAnimation]:
    """The lecture's fit and curve as they grow with the degree."""
    lecture = first_of_each(read_curves(record, "lecture")).get("lecture")
    return {"growing": growing(lecture)} if lecture and lecture.has_fits else {}


def interactive(record: Record) -> "dict[str, Interactive]":
    """The same, with a slider."""
    from experiments.double_descent_polynomial.explore import explore

    lecture = first_of_each(read_curves(record, "lecture")).get("lecture")
    return {"explore": explore(lecture)} if lecture and lecture.has_fits else {}
