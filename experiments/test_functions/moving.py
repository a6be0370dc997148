"""The paths as they are walked: a few methods at once, on each function of two variables.

Level lines, axes and names are drawn once, into an image; a frame adds lines and dots to it.
"""

from collections.abc import Mapping

import numpy
from matplotlib.animation import FuncAnimation
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from numpy.typing import NDArray

from experiments.test_functions.drawing import COLOURS, compared, level_lines, name_of
from experiments.test_functions.measured import Measured
from research.evidence.still import over_still
from research.evidence.style import caption, slide

MOST_FRAMES, UPDATES_PER_FRAME = 60, 20
"""Moments shown: fewer for short paths, since drawing them takes its time."""
MILLISECONDS, HOLD = 90, 8
"""Time of each, and how many times the last one is shown again."""

Walk = tuple[NDArray[numpy.float64], Line2D, Line2D]


def moving_paths(measured: Mapping[str, Measured]) -> FuncAnimation | None:
    """A panel per function; None where the record has no paths in the plane."""
    shown = {
        name: measured[name]
        for name in ("saddle", "rosenbrock", "beale")
        if name in measured and compared(measured[name])
    }
    if not shown:
        return None
    figure, panels = _panels(shown)
    walks = [
        walk
        for axes, each in zip(panels, shown.values(), strict=True)
        for walk in _walks(axes, each)
    ]
    moments = _moments(max(len(path) for path, _, _ in walks) - 1)

    def show(frame: int) -> list[Artist]:
        for path, line, dot in walks:
            until = min(moments[min(frame, len(moments) - 1)], len(path) - 1)
            line.set_data(path[: until + 1, 0], path[: until + 1, 1])
            dot.set_data(path[until : until + 1, 0], path[until : until + 1, 1])
        return []

    caption(
        figure,
        "Paths as they are walked",
        "All methods start together; time runs faster and faster, so that both the first updates"
        " and the last are seen. Learning rates as in the first figure. One update of L-BFGS is up"
        " to 20 iterations with a line search.",
    )
    return FuncAnimation(figure, show, frames=len(moments) + HOLD, interval=MILLISECONDS)


def _walks(axes: Axes, measured: Measured) -> list[Walk]:
    """A path, and the line and the dot that show it, for each method."""
    walks = []
    for method in compared(measured):
        found = measured.shown(method)
        assert found is not None
        colour = COLOURS[method]
        [line] = axes.plot([], [], color=colour, lw=2.4, alpha=0.9, zorder=3)
        [dot] = axes.plot([], [], "o", color=colour, markersize=9, zorder=6)
        walks.append((found[0], line, dot))
    return walks


def _panels(shown: Mapping[str, Measured]) -> tuple[Figure, list[Axes]]:
    """A figure with all that stands still as its background, and empty panels over it."""
    still = slide(width=4.8 * max(len(shown), 2), height=5.4)
    drawn = list(still.subplots(1, len(shown), squeeze=False)[0])
    for axes, each in zip(drawn, shown.values(), strict=True):
        level_lines(axes, each)
        axes.tick_params(labelsize=12)
        axes.set_title(each.label, size=16)
    used = dict.fromkeys(method for each in shown.values() for method in compared(each))
    handles = [Line2D([], [], color=COLOURS[each], label=name_of(each)) for each in used]
    still.legend(handles=handles, loc="outside lower center", ncols=4, fontsize=13)
    return over_still(still, drawn)


def _moments(last: int) -> list[int]:
    """Updates that are shown: none, then each a constant factor after the one before."""
    frames = min(MOST_FRAMES, 3 + last // UPDATES_PER_FRAME)
    return sorted({0, *(round(float(n)) for n in numpy.geomspace(1, max(last, 1), frames - 1))})
