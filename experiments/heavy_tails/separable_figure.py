"""The figure of the reversal: separable data over the learning rate, and over the updates."""

from collections.abc import Sequence

import numpy
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator

from experiments.heavy_tails.drawing import mean_array, methods
from experiments.heavy_tails.rates_figures import drawable
from experiments.heavy_tails.readings import Reading
from research.evidence.style import caption, slide
from research.evidence.tuned_rates_figure import (
    colour_of,
    name_of,
    rates_legend,
    rates_panel,
)

LEAST = 1e-12
"""Losses below, down to 0, are drawn at this height."""


def separable_figure(runs: Sequence[Reading]) -> Figure | None:
    """Last losses, or updates to the target, over the rate; losses at the best rates."""
    if not runs:
        return None
    figure = slide(height=6.4)
    rates, curves = figure.subplots(1, 2)
    first, settings = runs[0], runs[0].settings
    rates_panel(rates, drawable(first.trials[first.sizes[0]], LEAST), logarithmic=True)
    if settings.target is None:
        rates.set_title(f"after {settings.steps:,} updates")
        rates.set_ylabel("training loss (log scale)")
        rates.yaxis.set_major_locator(LogLocator(numticks=8))
    else:
        rates.set_title(f"updates to {settings.target:.0%} of the first loss")
        rates.set_ylabel("updates (log scale)")
    for method in methods(first):
        if (point := first.best(method)) is None:
            continue
        steps = mean_array(runs, "steps", point)
        shares = numpy.full(first.sizes[0], 1 / first.sizes[0])  # as many examples in each group
        loss = numpy.maximum(mean_array(runs, "groups", point) @ shares, LEAST)
        label = f"{name_of(method)}, {point.rate:g}"
        curves.plot(steps[1:], loss[1:], color=colour_of(method), label=label)
    curves.set(xscale="log", yscale="log", xlabel="update (log scale)")
    curves.set_ylabel("training loss (log scale)")
    curves.set_title("at the best learning rates")
    if curves.lines:
        curves.legend(loc="lower left", fontsize=14)
    rates_legend(figure, rates, methods(first))
    caption(
        figure,
        f"Linear softmax on random features, m = {first.sizes[0]}",
        "Left: what is compared, over the learning rate; points are seeds, lines means, a ring"
        " marks the least mean. Right: the training loss at these rates, mean over seeds for as"
        f" long as all of them run. Losses below {LEAST:g}, some of which are 0 in floating point,"
        " are drawn there. The data are separable: any loss above 0 can be reached.",
    )
    return figure
