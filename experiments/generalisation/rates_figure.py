"""Every learning rate that was tried: what it trains to, and what it predicts."""

import math
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from experiments.generalisation.curves_figure import log_axis
from experiments.generalisation.names import colour_of, name_of
from experiments.generalisation.outcomes import TEST_ACCURACY, TRAIN_LOSS, Outcome, by_variant
from experiments.generalisation.selection import (
    BY_TRAIN_LOSS,
    BY_VALIDATION,
    Choice,
    choose,
    methods,
)
from research.evidence.style import GREY, caption, slide

ROWS = ((TRAIN_LOSS, "training loss", 1.0), (TEST_ACCURACY, "test accuracy, in %", 100.0))

SHOWN_POINTS = 6.0
"""How far below the best accuracy the figure goes, in percentage points."""


def rates_figure(outcomes: Sequence[Outcome]) -> Figure:
    """A column per method: final training loss above, final test accuracy below, over the rate.

    The rate that trains best has a ring, the one that is best on validation images a square.
    """
    names = methods(outcomes)
    figure = slide(width=max(13.333, 2.4 * len(names)))
    grid = figure.subplots(2, len(names), sharex="col", sharey="row", squeeze=False)
    for column, method in enumerate(names):
        runs = [each for each in outcomes if each.method == method]
        for axes, (metric, label, scale) in zip(grid[:, column], ROWS, strict=True):
            _draw(axes, runs, metric, scale, colour_of(method))
            if column == 0:
                axes.set_ylabel(label)
        grid[0, column].set_title(name_of(method), size=15)
        _rate_axis(grid[1, column], [run.rate for run in runs])
    if any(run.is_whole and run.method for run in outcomes):
        log_axis(grid[0, 0])
        _cut(grid[1], names, [run for run in outcomes if run.method])
    for column, method in enumerate(names):
        choices = [choose(outcomes, method, rule) for rule in (BY_TRAIN_LOSS, BY_VALIDATION)]
        for axes, (metric, _, scale) in zip(grid[:, column], ROWS, strict=True):
            _mark(axes, choices, metric, scale)
    figure.supxlabel("learning rate (log scale); for Adam, then SGD: that of SGD", size=15)
    _legend(figure, grid[0, 0])
    caption(
        figure,
        "Training loss and test accuracy after the last step over the learning rate",
        "Points are single runs, lines means over seeds. A ring marks the learning rate with the"
        " least training loss, a square the one with the greatest validation accuracy: both should"
        " lie inside of the grid. A triangle is a run whose accuracy is below the panel; runs that"
        " diverged have no point.",
    )
    return figure


def _draw(axes: Axes, runs: Sequence[Outcome], metric: str, scale: float, colour: str) -> None:
    """A point per run, and the mean of each rate at which no run diverged."""
    means = []
    for group in by_variant(runs).values():
        finals = [scale * run.final(metric) for run in group]
        axes.plot([run.rate for run in group], finals, "o", color=colour, markersize=6, alpha=0.5)
        means.append((group[0].rate, sum(finals) / len(finals)))
    means.sort()
    axes.plot(*zip(*means, strict=True), color=colour, linewidth=2)


def _cut(row: Sequence[Axes], names: Sequence[str], outcomes: Sequence[Outcome]) -> None:
    """Shows accuracies near the best one; what lies far below is a triangle at the bottom."""
    best = 100 * max(run.final(TEST_ACCURACY) for run in outcomes if run.is_whole)
    lowest = best - SHOWN_POINTS
    for axes, method in zip(row, names, strict=True):
        axes.set_ylim(lowest, best + 0.5)
        for run in outcomes:
            if run.method == method and 100 * run.final(TEST_ACCURACY) < lowest:
                axes.plot([run.rate], [lowest + 0.2], "v", color=colour_of(method), markersize=9)


def _mark(axes: Axes, choices: Sequence[Choice | None], metric: str, scale: float) -> None:
    """A ring or square round the mean at each chosen rate; at the bottom, if that is cut off."""
    for choice, marker, size in zip(choices, ("o", "s"), (15, 20), strict=True):
        if choice is not None:
            finals = [scale * run.final(metric) for run in choice.outcomes]
            height = max(sum(finals) / len(finals), axes.get_ylim()[0])
            _ring(axes, choice.rate, height, marker, size)


def _ring(axes: Axes, x: float, y: float, marker: str, size: float, label: str = "") -> None:
    axes.plot(
        [x],
        [y],
        marker,
        markersize=size,
        fillstyle="none",
        color="black",
        markeredgewidth=1.6,
        linestyle="none",
        label=label,
        clip_on=False,
    )


def _rate_axis(axes: Axes, rates: Sequence[float]) -> None:
    """A logarithmic axis with a tick at each rate."""
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(sorted(set(rates))))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda rate, _: f"{rate:g}"))
    axes.tick_params(axis="x", labelsize=11, labelrotation=45)
    axes.set_xlim(min(rates) / 1.8, max(rates) * 1.8)


def _legend(figure: Figure, axes: Axes) -> None:
    for marker, size, label in (("o", 12, "trains best"), ("s", 14, "best on validation images")):
        _ring(axes, math.nan, math.nan, marker, size, label)
    figure.legend(
        handles=[line for line in axes.lines if not str(line.get_label()).startswith("_")],
        loc="outside upper right",
        ncols=2,
        labelcolor=GREY,
        fontsize=14,
    )
