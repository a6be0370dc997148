"""The evidence of double_descent_polynomial: claims, figures, an animation, a figure to explore."""

from typing import TYPE_CHECKING

from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure

from experiments.double_descent_polynomial.claims import CLAIMS
from experiments.double_descent_polynomial.configurations import AT_LEAST, EXACTLY
from experiments.double_descent_polynomial.curve_figure import curve_figure
from experiments.double_descent_polynomial.growing import growing
from experiments.double_descent_polynomial.measured import first_of_each, leading, read_curves
from experiments.double_descent_polynomial.naming import distinct, same_at_nodes
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
    """The leading curve as `double_descent_polynomial`, and all that differ in `variants`.

    They show the first run of each variant; the lecture's leads where it was run.
    """
    curves, repeated = distinct(first_of_each(read_curves(record)))
    drawn = {}
    if (shown := leading(curves)) is not None:
        nodes = same_at_nodes(shown, curves)
        drawn["double_descent_polynomial"] = curve_figure(shown, nodes, repeated)
        if len(curves) > 1:
            ordered = {shown.store.variant: shown, **curves}
            drawn["variants"] = variants_figure(ordered, repeated)
    return drawn


@lecture_style()
def animations(record: Record) -> dict[str, FuncAnimation]:
    """The leading variant's fit and curve as they grow with the degree."""
    shown = leading(first_of_each(read_curves(record)))
    return {"growing": growing(shown)} if shown and shown.has_fits else {}


def interactive(record: Record) -> "dict[str, Interactive]":
    """The same, with a slider."""
    from experiments.double_descent_polynomial.explore import explore

    shown = leading(first_of_each(read_curves(record)))
    return {"explore": explore(shown)} if shown and shown.has_fits else {}
