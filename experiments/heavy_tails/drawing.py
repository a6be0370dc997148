"""What several figures draw: losses by group at each method's best rate, and updates over V."""

from collections.abc import Sequence

import numpy
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

from experiments.heavy_tails.numbers import log_slope
from experiments.heavy_tails.readings import Floats, Reading
from experiments.heavy_tails.settings import OPTIMIZERS, Point
from research.evidence.style import LineLabel, label_lines
from research.evidence.tuned_rates_figure import colour_of, name_of

LEAST = 1e-6
"""Losses below are drawn at this height: nothing is to be seen in them but rounding."""


def of(readings: Sequence[Reading], variant: str) -> list[Reading]:
    """The runs of a variant that have recorded something."""
    return [each for each in readings if each.store.variant == variant and each.rows]


def methods(reading: Reading) -> list[str]:
    """The methods that a run has tried at the first size, in the order of their list."""
    tried = {point.method for point in reading.rows if point.size == reading.sizes[0]}
    return [method for method in OPTIMIZERS if method in tried]


def mean_array(readings: Sequence[Reading], name: str, point: Point) -> Floats:
    """The mean over seeds of an array of a point, over the seeds that have it."""
    found = [each.array(name, point) for each in readings if point in each.rows]
    shortest = min(len(values) for values in found)
    mean: Floats = numpy.mean([values[:shortest] for values in found], axis=0)
    return mean


def final_groups(axes: Axes, readings: Sequence[Reading]) -> None:
    """Last losses of the groups at each method's best rate, mean over seeds, on a log axis."""
    labels = []
    for method in methods(readings[0]):
        if (point := readings[0].best(method)) is None:
            continue
        last = mean_array(readings, "groups", point)[-1]
        ranks = numpy.arange(1, len(last) + 1)
        text = f"{short_name(method)}\nlr {point.rate:g}"
        heights = numpy.maximum(last, LEAST)
        axes.plot(ranks, heights, "-o", color=colour_of(method), clip_on=False)
        labels.append(LineLabel(float(heights[-1]), text, colour_of(method)))
    axes.set_yscale("log")
    axes.set_ylim(LEAST, 3)
    axes.set_xlabel("tenth of the contexts,\nfrequent → rare")
    axes.set_ylabel("excess loss (log scale)")
    axes.xaxis.set_major_locator(FixedLocator([1, 4, 7, 10]))
    label_lines(axes, labels, size=13, gap=0.11)


def short_name(method: str) -> str:
    """The name of a method, where there is little room."""
    return name_of(method).replace("sign descent", "sign").replace("momentum", "mom.")


def updates_over_size(axes: Axes, readings: Sequence[Reading], tuned: bool) -> list[LineLabel]:
    """Updates to the target over V, mean over seeds.

    Returns:
        A name for each line, with its exponent, to be written once the axes are final.
    """
    sizes = numpy.array(readings[0].sizes, float)
    labels = []
    for method in methods(readings[0]):
        curve = numpy.mean([_updates(each, method, tuned) for each in readings], axis=0)
        is_there = numpy.isfinite(curve)
        if is_there.sum() < 2:
            continue
        axes.plot(sizes, curve, "-o", color=colour_of(method))
        exponent = log_slope(sizes[is_there], curve[is_there])
        text = f"{short_name(method)}\n~ V^{exponent:.2f}"
        labels.append(LineLabel(float(curve[is_there][-1]), text, colour_of(method)))
    axes.set(xscale="log", yscale="log", xlabel="words V (log scale)")
    axes.set_ylabel("updates (log scale)")
    axes.xaxis.set_major_locator(FixedLocator(list(sizes)))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.margins(y=0.12)
    return labels


def _updates(reading: Reading, method: str, tuned: bool) -> Floats:
    """Updates to the target at each size; NaN where there are none."""
    points = []
    for size in reading.sizes:
        of_size = [each for each in reading.rows if (each.method, each.size) == (method, size)]
        points.append(reading.best(method, size) if tuned else next(iter(of_size), None))
    return numpy.array(
        [numpy.nan if each is None else reading.rows[each]["arrived"] for each in points]
    )
