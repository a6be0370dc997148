"""The figure of the experiment: one panel per function, a few methods in each."""

from collections.abc import Mapping

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from experiments.test_functions.drawing import (
    COLOURS,
    ORDER,
    compared,
    level_lines,
    name_of,
    walked,
)
from experiments.test_functions.measured import Measured
from research.evidence.style import BLUE, GREY, PALETTE, caption, slide

FEW, FEW_METHODS = 40, ("gd", "lbfgs")
"""What a panel with the zig-zag shows: so many updates, of the methods where it is seen best."""


def paths_figure(measured: Mapping[str, Measured]) -> Figure:
    """All functions that the record has results of."""
    names = [name for name in ORDER if name in measured]
    columns = min(3, max(len(names), 1))
    rows = max(1, -(-len(names) // columns))
    figure = slide(height=7.5 if rows > 1 else 5.2)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, name in zip(panels, names, strict=False):
        each = measured[name]
        axes.tick_params(labelsize=11)
        if each.settings["function"] == "square":
            _square(axes, each)
        else:
            _paths(axes, each)
        axes.set_title(_title(name, each), size=14)
    for axes in panels[len(names) :]:
        axes.set_visible(False)
    used = dict.fromkeys(method for name in names for method in compared(measured[name]))
    handles = [Line2D([], [], color=COLOURS[method], label=name_of(method)) for method in used]
    if handles:
        figure.legend(handles=handles, loc="outside lower center", ncols=7, fontsize=13)
    caption(
        figure,
        "Optimizers on test functions",
        "Dot: start; star: a minimiser; grey: lines of equal loss. Least squares: gradient descent"
        f" at 90 % of its largest stable rate, {FEW} updates, and L-BFGS; normalised: each input"
        " divided by its deviation. Rosenbrock and Beale at lr 0.003, methods that diverge there at"
        " half their largest stable rate. Saddle at lr 0.1, from 1e-6 beside the ridge.",
    )
    return figure


def _title(name: str, measured: Measured) -> str:
    if name == "saddle":
        return f"{measured.label}, {measured.settings['steps']} updates"
    return measured.label


def _square(axes: Axes, measured: Measured) -> None:
    """|x| over updates, one line per rate."""
    for number, rate in enumerate(measured.settings["rates"]):
        path = measured.path("gd", f"rate{number}")
        if path is not None:
            size = numpy.maximum(abs(path[:, 0]), 1e-300)
            axes.semilogy(size, color=PALETTE[number], label=f"lr {rate:g}")
    axes.set(xlim=(0, 60), ylim=(1e-8, 1e4))
    axes.set_xlabel("update of gradient descent", size=12)
    axes.set_ylabel("|x|", size=12)
    axes.axhline(1, color=GREY, lw=0.8)
    axes.legend(fontsize=12, labelcolor="linecolor", loc="lower right")


def _paths(axes: Axes, measured: Measured) -> None:
    level_lines(axes, measured)
    few = measured.settings["function"] in ("ill_conditioned", "normalised")
    for method in compared(measured):
        if few and method not in FEW_METHODS:
            continue
        shown = measured.shown(method)
        assert shown is not None
        path = shown[0][: FEW + 1] if few else shown[0]
        walked(axes, path, COLOURS[method], 3 if COLOURS[method] == BLUE else 2.2)
