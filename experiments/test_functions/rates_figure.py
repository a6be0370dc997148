"""The largest stable learning rate of every method, as the search found it."""

import math
from collections.abc import Mapping

from matplotlib.figure import Figure

from experiments.test_functions.claims import LECTURE_RATE
from experiments.test_functions.drawing import name_of
from experiments.test_functions.measured import Measured
from research.evidence.style import BLUE, GREY, VERMILLION, caption, slide

MARKERS = {"rosenbrock": (BLUE, "o"), "beale": (VERMILLION, "D")}


def rates_figure(measured: Mapping[str, Measured]) -> Figure:
    """One row per method, by the first function's rate; triangles: stable as far as tried."""
    first = next(iter(measured.values()))
    methods = sorted(first.rows, key=lambda method: first.rows[method]["largest_rate"])
    figure = slide(height=min(7.5, 2.5 + 0.27 * len(methods)))
    axes = figure.subplots()
    for number, (name, each) in enumerate(measured.items()):
        aside = 0.16 * (len(measured) - 1) * (1 - 2 * number)  # two markers may be equal
        colour, marker = MARKERS[name]
        for row, method in enumerate(methods):
            found = each.rows.get(method, {})
            rate = found.get("largest_rate", 0.0)
            if rate > 0:
                endless = math.isinf(found["unstable_rate"])
                axes.plot(rate, row + aside, ">" if endless else marker, color=colour, markersize=8)
        axes.plot([], [], marker, color=colour, label=each.label)
    axes.axvline(LECTURE_RATE, color=GREY, lw=1.2, ls="--", zorder=0)
    axes.text(
        LECTURE_RATE, len(methods) - 0.3, " lr 0.003", color=GREY, size=13, va="bottom", ha="center"
    )
    axes.set_xscale("log")
    axes.set_yticks(range(len(methods)), [name_of(method) for method in methods], size=11)
    axes.set_ylim(-0.7, len(methods) - 0.3)
    axes.grid(axis="y", color="#E8EAED", lw=0.8)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("largest stable learning rate (log scale)")
    axes.legend(loc="lower right")
    search = first.settings["search"]
    caption(
        figure,
        "Largest stable learning rates, found by bisection",
        f"Stable: in {search['steps']} updates the loss stays finite, and in their last tenth it is"
        f" never above where it began; found to {search['precision']:.0%}. A triangle: no unstable"
        " rate up to the largest that was tried. Rates of different methods have different units:"
        " the order is no ranking.",
    )
    return figure
