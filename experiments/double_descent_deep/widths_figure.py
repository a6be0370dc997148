"""The curve over widths: test and training error of networks of growing width."""

import re
from collections.abc import Callable, Mapping, Sequence

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator
from numpy.typing import NDArray

from experiments.double_descent_deep.bump import highest_bump
from experiments.double_descent_deep.marks import headroom, mark_bump, nothing
from experiments.double_descent_deep.outcomes import Outcome, final, least
from research.evidence.style import (
    BLUE,
    GREEN,
    VERMILLION,
    LineLabel,
    caption,
    label_lines,
    slide,
)
from research.evidence.threshold_figure import draw_curve, median

NETWORKS = {"cnn5": "5-layer CNN", "resnet": "ResNet18"}
LINES: tuple[tuple[str, str, Callable[[Outcome], float]], ...] = (
    ("test error\nat the end", VERMILLION, lambda run: final(run, run.test_error)),
    ("test error\nat its best", GREEN, lambda run: least(run, run.test_error)),
    ("training error\nat the end", BLUE, lambda run: final(run, run.train_error)),
)

ByWidth = Mapping[int, Sequence[Outcome]]
"""The runs of each width of one network, rising."""


def width_groups(outcomes: Sequence[Outcome]) -> dict[str, ByWidth]:
    """The runs of each network of variants NETWORK-kWIDTH, by the width that really ran."""
    groups: dict[str, dict[int, list[Outcome]]] = {}
    for each in outcomes:
        if match := re.fullmatch(r"(cnn5|resnet)-k\d+", each.variant):
            groups.setdefault(match[1], {}).setdefault(each.width, []).append(each)
    return {name: dict(sorted(widths.items())) for name, widths in groups.items()}


def widths_figure(outcomes: Sequence[Outcome]) -> Figure:
    """A panel for each network; bold lines are medians over seeds, thin ones the seeds."""
    groups = {name: found for name, found in width_groups(outcomes).items() if len(found) > 1}
    figure = slide(height=6.6)
    panels = figure.subplots(1, len(groups), squeeze=False)[0]
    for axes, (network, widths) in zip(panels, groups.items(), strict=True):
        axes.set_title(f"{NETWORKS[network]}: error, in %")
        _draw(axes, widths)
    caption(
        figure,
        "The error over the width of the network",
        "At the end is the median of the last three evaluations. The test error at its best is the"
        " least median of three evaluations in a row, found with the test images themselves. The"
        " training error is by the labels as they are, wrong ones too. Thin lines are seeds, bold"
        " ones their median.",
    )
    return figure


def by_width(widths: ByWidth, number: Callable[[Outcome], float]) -> NDArray[numpy.float64]:
    """A number of every run: [seeds, widths]; NaN where a width has not that seed."""
    seeds = sorted({run.seed for runs in widths.values() for run in runs})
    values = numpy.full((len(seeds), len(widths)), numpy.nan)
    for column, runs in enumerate(widths.values()):
        for run in runs:
            values[seeds.index(run.seed), column] = number(run)
    return values


def _draw(axes: Axes, widths: ByWidth) -> None:
    labels = []
    x = list(widths)
    for name, colour, number in LINES:
        values = by_width(widths, number)
        if numpy.isnan(values).all():
            continue
        draw_curve(axes, x, values, label=name, colour=colour, marker="o", markersize=8)
        ends = median(values)
        labels.append(LineLabel(float(ends[~numpy.isnan(ends)][-1]), name, colour))
    axes.set_xscale("log")
    axes.xaxis.set_major_locator(FixedLocator(x))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xlabel("width k: channels of the first convolution (log scale)")
    if not labels:
        nothing(axes)
        return
    headroom(axes)
    label_lines(axes, labels, size=14, gap=0.11)
    bump = highest_bump(median(by_width(widths, LINES[0][2])))
    is_over = all(run.is_whole for runs in widths.values() for run in runs)
    mark_bump(axes, x, bump, "", is_over)
