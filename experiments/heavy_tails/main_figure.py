"""The figure of the lecture: one-hot classes, the bigram by tenths, and growth with the words."""

from collections.abc import Sequence

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.heavy_tails.drawing import final_groups, of, updates_over_size
from experiments.heavy_tails.readings import Reading
from experiments.heavy_tails.settings import OneHotSettings
from research.evidence.style import GREY, caption, label_lines, slide
from research.evidence.tuned_rates_figure import colour_of, name_of
from research.problems.one_hot_formulas import flow_loss
from research.problems.zipf import zipf


def main_figure(readings: Sequence[Reading]) -> Figure | None:
    """A panel for each of the three problems whose runs are there; None if there is none."""
    one_hot, bigram = of(readings, "one-hot"), of(readings, "bigram")
    growth = of(readings, "growth-fixed")
    shown = [each for each in (one_hot, bigram, growth) if each]
    if not shown:
        return None
    figure = slide(width=4.9 * len(shown) + 1.2, height=6.4)
    panels = iter(figure.subplots(1, len(shown), squeeze=False)[0])
    if one_hot:
        axes = next(panels)
        draw_one_hot(axes, one_hot[0])
        axes.set_title("one input a class")
    if bigram:
        axes = next(panels)
        final_groups(axes, bigram)
        axes.set_title(f"linear bigram, {bigram[0].sizes[0]} words")
    if growth:
        axes = next(panels)
        label_lines(axes, updates_over_size(axes, growth, tuned=False), size=13, gap=0.11)
        axes.set_title(f"updates to {growth[0].settings.target:.0%}")
    caption(
        figure,
        "Heavy-tailed classes under GD, Adam and sign descent",
        "Left: the loss of each class over its frequency; dotted, gradient flow in closed form."
        " Middle: excess loss after the last update by tenth of the contexts, at each method's best"
        " learning rate, mean over seeds; smaller ones are drawn at the lower edge. Right: updates"
        " until the excess loss is down to a share of what it was, mean over seeds, GD at a fixed"
        " share of 2/L, the other methods at one rate for all V.",
    )
    return figure


def draw_one_hot(axes: Axes, reading: Reading) -> None:
    """Losses of all classes over their frequencies after the last update, and gradient flow."""
    problem = reading.settings.problem
    assert isinstance(problem, OneHotSettings)
    frequencies = zipf(problem.classes, problem.exponent)
    for point in reading.rows:
        colour, losses = colour_of(point.method), reading.array("classes", point)
        axes.plot(
            frequencies, losses, color=colour, label=f"{name_of(point.method)}, {point.rate:g}"
        )
        if point.method == "gd":
            flow = flow_loss(frequencies, point.rate * reading.settings.steps, problem.classes)
            axes.plot(frequencies, flow, ":", color=GREY, lw=2, label="gradient flow")
    axes.set(xscale="log", yscale="log")
    axes.set_xlabel("frequency of the class (log scale)")
    axes.set_ylabel(f"loss after {reading.settings.steps:,} updates (log scale)")
    axes.set_xlim(float(numpy.max(frequencies)) * 1.5, float(numpy.min(frequencies)) / 1.5)
    axes.legend(fontsize=13, loc="lower right")
