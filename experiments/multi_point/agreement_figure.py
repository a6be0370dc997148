"""How much of the picture the test loss shows, over the steps of training."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from experiments.multi_point.claims import PLAUSIBLE
from experiments.multi_point.readings import Reading
from research.evidence.style import GREY, PALETTE, LineLabel, caption, label_lines, slide, wrapped
from research.evidence.threshold_figure import draw_curve, median


def agreement_figure(groups: Mapping[str, Sequence[Reading]]) -> Figure:
    """One panel; a thin line for each seed and a bold one for their median.

    Args:
        groups: the runs of each variant, at least one of them.
    """
    figure = slide(height=6.5)
    axes = figure.subplots()
    labels, last = [], 0.0
    for runs, colour in zip(groups.values(), PALETTE, strict=False):
        steps = max((run.steps for run in runs), key=len)
        steps = numpy.concatenate([[0], steps])
        values = numpy.full((len(runs), len(steps)), numpy.nan)
        for row, run in zip(values, runs, strict=True):
            row[: len(run.steps) + 1] = [run.at_start(), *run.agreements]
        draw_curve(axes, steps, values, label=runs[0].label, colour=colour)
        last = max(last, steps[-1])
        axes.axhline(runs[0].majority, color=colour, linewidth=1.5, linestyle=(0, (1, 2)))
        labels.append(LineLabel(float(median(values)[-1]), wrapped(runs[0].label, 16), colour))
    axes.axhline(PLAUSIBLE, color=GREY, linewidth=1.5, linestyle=(0, (4, 3)))
    axes.set(xlabel="optimizer steps", ylabel="cells on the right side, %", xlim=(0, last))
    axes.set_title("How much of the picture the test loss shows")
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    lowest = min(runs[0].majority for runs in groups.values())
    at_last: dict[str, Any] = {"x": last, "ha": "right", "color": GREY, "size": 14}
    axes.text(y=lowest - 0.5, s="the larger kind of cells: nothing is shown", va="top", **at_last)
    axes.text(y=PLAUSIBLE - 0.5, s=f"{PLAUSIBLE:g} %", va="top", **at_last)
    axes.set_ylim(lowest - 4, 101)
    label_lines(axes, labels)
    caption(
        figure,
        "Cells on the right side of the best threshold, by the loss on the test images",
        "Thin lines: seeds; bold: their median. Dotted: the share of the larger kind of cells,"
        f" which a surface that shows nothing has. Dashed: {PLAUSIBLE:g} %.",
    )
    return figure
