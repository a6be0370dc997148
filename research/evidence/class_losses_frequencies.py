"""The figure of class frequencies: how often the classes of a training set occur, by rank.

On axes that are both logarithmic a law of Zipf, count proportional to 1 / rank, is a straight line
of slope -1, and balanced classes are a flat one.
"""

import math
from collections.abc import Mapping

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, StrMethodFormatter

from research.evidence.class_losses import ClassCounts, read_class_counts
from research.evidence.class_losses_figure import NAME as PER_CLASS_LOSS
from research.evidence.class_losses_figure import group_colours, groups_key
from research.evidence.style import GREY, PALETTE, caption, slide
from research.evidence.watched_curvature_figure import stores_of, watches
from research.records.store import Record

NAME = "class_frequencies"


def class_frequencies_figures(record: Record) -> dict[str, Figure]:
    """The figure `class_frequencies`, if a run of the record watched losses by class; else none."""
    found = _read(record)
    return {NAME: _figure(found)} if found else {}


def _read(record: Record) -> dict[str, ClassCounts]:
    """The training sets that differ in how often classes occur, by the first variant's label."""
    found: dict[str, ClassCounts] = {}
    known: set[bytes] = set()
    seen: set[str] = set()
    for run in record.runs():
        variant = record.plan.variants[run.variant]
        if run.variant in seen or not watches(variant, PER_CLASS_LOSS):
            continue
        for store in stores_of(run):
            counts = read_class_counts(store)
            if counts is None or not counts.counts.any():
                continue
            seen.add(run.variant)
            sizes = numpy.sort(counts.counts).tobytes()
            if sizes not in known:
                known.add(sizes)
                found[variant.label or run.variant] = counts
    return found


def _figure(found: Mapping[str, ClassCounts]) -> Figure:
    figure = slide(width=10.5, height=6.5)
    axes = figure.subplots()
    if len(found) == 1:
        (counts,) = found.values()
        groups_key(figure, [axes], _by_group(axes, counts))
    else:
        for index, (label, counts) in enumerate(found.items()):
            colour = PALETTE[index % len(PALETTE)]
            ranks, values = _ranked(counts)
            axes.plot(ranks, values, color=colour, label=label, marker=_marker(len(ranks)))
        axes.legend(fontsize=15)
    axes.set_xscale("log")
    axes.set_yscale("log")
    _furnish(axes, found)
    return figure


def _by_group(axes: Axes, counts: ClassCounts) -> int:
    """A line whose colour is the group's; returns the number of groups."""
    ranks, values = _ranked(counts)
    groups = int(counts.groups.max()) + 1
    sizes = numpy.bincount(counts.groups[counts.groups >= 0], minlength=groups)
    ends = numpy.cumsum(sizes)
    axes.plot(ranks, values, color=GREY, linewidth=1)
    for colour, start, end in zip(group_colours(groups), ends - sizes, ends, strict=True):
        few = _marker(end - start) or ("o" if end - start == 1 else "")
        axes.plot(ranks[start:end], values[start:end], color=colour, linewidth=5, marker=few)
    return groups


def _ranked(counts: ClassCounts) -> tuple[numpy.ndarray, numpy.ndarray]:
    values = numpy.sort(counts.counts[counts.counts > 0])[::-1]
    return numpy.arange(1, len(values) + 1), values


def _marker(classes: int) -> str:
    return "o" if classes <= 30 else ""


def _furnish(axes: Axes, found: Mapping[str, ClassCounts]) -> None:
    counts = [each.counts for each in found.values()]
    most = max(each.max() for each in counts)
    least = min(each[each > 0].min() for each in counts)
    # Whole decades: there is room around a flat line, and a number at two ticks or more.
    axes.set_ylim(0.9 * 10 ** math.floor(math.log10(least)), 10 ** math.ceil(math.log10(most + 1)))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
        axis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("rank of the class, the most frequent first")
    axes.set_ylabel("training labels")
    axes.set_title("How often each class is a training label")
    words = [
        f"{int((each > 0).sum()):,} classes with {int(each.sum()):,} training labels"
        + (f", and {int((each == 0).sum()):,} with none" if (each == 0).any() else "")
        for each in counts
    ]
    colours = " Colours are the groups of classes that losses are drawn by." * (len(found) == 1)
    caption(
        axes.get_figure(root=True) or Figure(),
        "Frequencies of the classes",
        f"Training labels of each class by rank, both on logarithmic scales: {'; '.join(words)}."
        + colours,
    )
