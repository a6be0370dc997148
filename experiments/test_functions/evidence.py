"""The evidence of the test functions: claims, figures, an animation and a figure to explore."""

from typing import TYPE_CHECKING

from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure

from experiments.test_functions.claims import CLAIMS
from experiments.test_functions.measured import read_all
from experiments.test_functions.moving import moving_paths
from experiments.test_functions.paths_figure import paths_figure
from experiments.test_functions.rates_figure import rates_figure
from experiments.test_functions.side_by_side import side_by_side
from research.evidence.claims import Verdict
from research.evidence.style import lecture_style
from research.records.store import Record

if TYPE_CHECKING:
    from plotly.graph_objects import Figure as Interactive


def verdicts(record: Record) -> list[Verdict]:
    """Every claim, judged; see `claims.CLAIMS`."""
    measured = read_all(record)
    return [claim.verdict(measured) for claim in CLAIMS]


@lecture_style()
def figures(record: Record) -> dict[str, Figure]:
    """`test_functions`, all variants; `rates`, the search; `side_by_side`, every method."""
    measured = read_all(record)
    drawn = {"test_functions": paths_figure(measured)}
    searched = {
        name: each
        for name, each in measured.items()
        if each.settings["search"] and name in ("rosenbrock", "beale")
    }
    if searched:
        drawn["rates"] = rates_figure(searched)
    drawn |= {
        f"side_by_side_{name}": side_by_side(measured[name])
        for name in ("rosenbrock", "beale")
        if name in measured and len(measured[name].rows) > 6
    }
    return drawn


@lecture_style()
def animations(record: Record) -> dict[str, FuncAnimation]:
    """The paths as they are walked."""
    animation = moving_paths(read_all(record))
    return {"walk": animation} if animation else {}


def interactive(record: Record) -> "dict[str, Interactive]":
    """All paths over their function, to zoom and to switch on and off."""
    from experiments.test_functions.explore import explore

    figure = explore(read_all(record))
    return {"explore": figure} if figure else {}
