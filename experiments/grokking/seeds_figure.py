"""The spread over seeds: at which step each run memorised, and at which it generalised."""

import math
from collections.abc import Sequence

import numpy
from matplotlib.figure import Figure

from experiments.grokking.accuracy_figure import FIRST_STEP, by_variant, step_axis
from experiments.grokking.delays import Delay
from research.evidence.style import GREY, TRAINING, VALIDATION, caption, slide, wrapped
from research.records.store import Record


def seeds_figure(record: Record, delays: Sequence[Delay]) -> Figure:
    """One line per run, from 99 % training to 99 % validation accuracy."""
    groups = by_variant(delays)
    figure = slide(height=max(3.2, 1.5 + 1.15 * len(groups)))
    axes = figure.subplots()
    labels = []
    for row, (variant, group) in enumerate(groups.items()):
        labels.append(wrapped(record.plan.variants[variant].label, 24))
        offsets = numpy.linspace(-0.27, 0.27, len(group)) if len(group) > 1 else [0.0]
        for offset, delay in zip(offsets, group, strict=True):
            height = row + float(offset)
            if delay.train is not None and delay.validation is not None:
                axes.plot(
                    [delay.train, delay.validation], [height] * 2, color=GREY, lw=1.2, zorder=1
                )
            for step, colour in ((delay.train, TRAINING), (delay.validation, VALIDATION)):
                if step is not None:
                    axes.plot([step], [height], "o", color=colour, markersize=10, zorder=2)
            if delay.validation is None and delay.steps:
                axes.plot([delay.steps], [height], "x", color="black", markersize=10, mew=2.5)
                axes.annotate(
                    f"{delay.state}, not reached" if delay.is_finished else delay.state,
                    (delay.steps, height),
                    xytext=(10, 0),
                    textcoords="offset points",
                    va="center",
                    size=13,
                )
    step_axis(axes)
    first = min((delay.train for delay in delays if delay.train), default=FIRST_STEP)
    axes.set_xlim(left=10 ** math.floor(math.log10(first)))
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("optimizer step of the first evaluation at 99 % (log scale)")
    figure.legend(
        handles=[
            axes.plot([], [], "o", color=colour, markersize=10, label=name)[0]
            for name, colour in (("training", TRAINING), ("validation", VALIDATION))
        ],
        loc="outside upper right",
        ncols=2,
        labelcolor="linecolor",
        handletextpad=0.1,
    )
    caption(
        figure,
        "Spread over seeds",
        "Each line is one run: it starts where training accuracy first was 99 % or more, and ends"
        " where validation accuracy was.",
    )
    return figure
