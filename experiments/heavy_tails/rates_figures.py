"""Curves of the learning rate of every comparison of tuned methods."""

import dataclasses
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator

from experiments.heavy_tails.bigram_figures import WEIGHTINGS
from experiments.heavy_tails.drawing import of
from experiments.heavy_tails.readings import Reading
from research.evidence.style import caption, wrapped
from research.evidence.tuned_rates import Trial
from research.evidence.tuned_rates_figure import rates_figure

LEAST = 1e-16
"""Losses below are rounding, and drawn at this height."""


def drawable(trials: Sequence[Trial], least: float = LEAST) -> list[Trial]:
    """The same trials with losses that a logarithmic axis has."""
    return [dataclasses.replace(each, loss=max(each.loss, least)) for each in trials]


def loss_rates(readings: Sequence[Reading]) -> Figure | None:
    """Last excess loss of the bigram over the rate; None where it was not run."""
    runs = of(readings, "bigram")
    if not runs:
        return None
    figure = _loss_rates({f"linear bigram, {runs[0].sizes[0]} words": runs})
    [legend] = figure.legends
    handles = legend.legend_handles
    legend.remove()
    # In two rows: there are too many methods for one.
    figure.legend(handles=handles, loc="outside upper right", ncols=4, fontsize=14)
    return figure


def weighted_rates(readings: Sequence[Reading], labels: Mapping[str, str]) -> Figure | None:
    """The same for each weighting of the bigram."""
    runs = {
        wrapped(labels[variant], 18): found
        for variant in WEIGHTINGS
        if variant != "bigram" and (found := of(readings, variant))
    }
    return _loss_rates(runs) if runs else None


def _loss_rates(runs: Mapping[str, Sequence[Reading]]) -> Figure:
    panels = {title: drawable(each[0].trials[each[0].sizes[0]]) for title, each in runs.items()}
    figure = rates_figure(panels, dict.fromkeys(panels, True), dict.fromkeys(panels, 10.0))
    figure.axes[0].set_ylabel("excess loss after the last update")
    for axes in figure.axes:
        axes.set_ylim(LEAST, 100)
        axes.yaxis.set_major_locator(LogLocator(numticks=6))
        _narrow(axes)
    return figure


def update_rates(readings: Sequence[Reading]) -> Figure | None:
    """Updates to the target over the rate, a panel for each V; None where it was not tuned."""
    runs = of(readings, "growth")
    if not runs:
        return None
    panels = {f"V = {size}": runs[0].trials[size] for size in runs[0].sizes}
    figure = rates_figure(panels, dict.fromkeys(panels, True))
    figure.axes[0].set_ylabel("updates to the target (log scale)")
    for axes in figure.axes:
        axes.set_ylim(2, 3 * runs[0].settings.steps)
        _narrow(axes)
    caption(
        figure,
        "Updates to the target, over the learning rate",
        "Points are single runs, lines means over seeds. A ring marks the rate of each method that"
        " needs the fewest updates, which should lie inside of its grid. A triangle at the top is"
        f" a rate at which a run does not arrive within {runs[0].settings.steps:,} updates.",
    )
    return figure


def _narrow(axes: Axes) -> None:
    """Titles and ticks that fit into a narrow panel."""
    axes.title.set_fontsize(14)
    axes.set_xlabel("learning rate")
    axes.xaxis.set_major_locator(LogLocator(numticks=4))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda rate, _: f"{rate:,g}"))
    axes.tick_params(axis="x", labelsize=12)
