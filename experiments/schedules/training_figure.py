"""One problem trained under each schedule: four curves, and where all of them end."""

from collections.abc import Sequence
from statistics import fmean

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.schedules.outcomes import Outcome
from research.evidence.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    VERMILLION,
    LineLabel,
    caption,
    label_lines,
    slide,
)
from research.records.store import Record

SHOWN = {"constant": VERMILLION, "cosine": BLUE, "trapezoid": GREEN, "plateau": ORANGE}
"""The variants whose curves are drawn, with their colours."""
FARTHEST = 1.6
"""Losses of more than so many times the lowest mean are written at the edge, not drawn."""


def training_figure(record: Record, outcomes: Sequence[Outcome]) -> Figure:
    """Training loss over steps on the left; final training loss of every run on the right."""
    figure = slide(height=7.5)
    left, right = figure.subplots(1, 2, width_ratios=[1.25, 1])
    _draw_curves(left, record, outcomes)
    _draw_ends(right, record, outcomes)
    caption(
        figure,
        "One problem under each schedule",
        "Left: training loss over the whole training set, as the mean of the seeds, under four"
        " schedules. Right: the same at the end of the run for every schedule, a dot per seed;"
        " the lowest mean is on top.",
    )
    return figure


def _draw_curves(axes: Axes, record: Record, outcomes: Sequence[Outcome]) -> None:
    labels = []
    lows = []
    for variant, colour in SHOWN.items():
        group = [each for each in outcomes if each.variant == variant and each.losses]
        if not group:
            continue
        steps = sorted(set.intersection(*(set(each.losses) for each in group)))
        means = [fmean(each.losses[step] for each in group) for step in steps]
        if not steps or not numpy.isfinite(means[-1]):
            continue
        axes.plot(steps, means, color=colour)
        labels.append(LineLabel(means[-1], record.plan.variants[variant].label, colour))
        lows += means[1:] or means
    axes.set_xlabel("optimizer step")
    axes.set_ylabel("training loss in nats")
    if lows:
        room = max(lows) - min(lows) or 1.0
        axes.set_ylim(min(lows) - 0.08 * room, max(lows) + 0.05 * room)
        label_lines(axes, labels, size=13, gap=0.055)


def _draw_ends(axes: Axes, record: Record, outcomes: Sequence[Outcome]) -> None:
    groups: dict[str, list[Outcome]] = {}
    for each in outcomes:
        groups.setdefault(each.variant, []).append(each)
    ends = {
        variant: [each.final_loss for each in group if each.final_loss is not None]
        for variant, group in groups.items()
    }
    means = {variant: fmean(losses) if losses else numpy.inf for variant, losses in ends.items()}
    order = sorted(groups, key=lambda variant: means[variant])
    edge = FARTHEST * min(means.values(), default=0.0)
    for row, variant in enumerate(order):
        colour = SHOWN.get(variant, GREY)
        near = [loss for loss in ends[variant] if loss <= edge]
        axes.plot(near, [row] * len(near), "o", color=colour, markersize=8)
        beyond = [f"{loss:.2g}" for loss in ends[variant] if loss > edge]
        states = sorted({each.state for each in groups[variant] if each.final_loss is None})
        if beyond or states:
            axes.annotate(
                f"{', '.join([*beyond, *states])}{' →' if beyond else ''}",
                (0.98, row),
                xycoords=axes.get_yaxis_transform(),
                ha="right",
                va="center",
                size=12,
                color=GREY,
            )
    axes.set_yticks(range(len(order)), [record.plan.variants[name].label for name in order])
    axes.tick_params(axis="y", length=0, labelsize=12)
    axes.set_ylim(len(order) - 0.5, -0.5)
    axes.grid(axis="x", color=GREY, alpha=0.2, linewidth=0.8)
    axes.set_xlabel("training loss at the end")
