"""The lines of the lecture: loss along random directions, before and after training."""

from collections.abc import Sequence

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.loss_landscape.naming import MOMENTS, SPLITS, at_one, how_computed, is_line
from experiments.loss_landscape.readings import Reading
from research.evidence.landscape_figures import line
from research.evidence.style import TRAINING, VALIDATION, LineLabel, caption, label_lines, slide

COLOURS = {"train": TRAINING, "test": VALIDATION}


def lines_figure(readings: Sequence[Reading]) -> Figure:
    """A column for each run, a row for each moment; a row shares its scale of heights.

    Args:
        readings: one run of each variant.
    """
    figure = slide(height=8.2)
    panels = figure.subplots(len(MOMENTS), len(readings), squeeze=False, sharex=True, sharey="row")
    for row, (point, moment) in zip(panels, MOMENTS.items(), strict=True):
        for axes, reading in zip(row, readings, strict=True):
            axes.set_title(f"{reading.label}: {moment}")
            _draw(axes, reading, point)
        row[0].set_ylabel("loss")
    _equal_spans([row[0] for row in panels])
    for axes in panels.ravel():
        _name_the_lines(axes)
    for axes in panels[-1]:
        axes.set_xlabel("step along the direction")
    seeds = ", ".join(sorted({str(reading.store.seed) for reading in readings}))
    count = max(reading.settings.directions for reading in readings)
    settings = readings[0].settings
    drawn = [each for reading in readings for each in reading.surfaces.values() if is_line(each)]
    caption(
        figure,
        "The loss along random lines, before and after training",
        f"Seed {seeds}. At 0 are the weights before training, and below those after it; at 1"
        f" {at_one(settings.lines.directions)}. Thin lines are {count} random directions, of the"
        " same noise in all panels of a seed; bold ones their mean. The rows show different losses,"
        " but their scales are equally long. Loss is the mean cross entropy, in nats, of"
        f" {settings.lines.examples or 'all'} images, {how_computed(drawn)}.",
    )
    return figure


def _draw(axes: Axes, reading: Reading, point: str) -> None:
    for split, colour in COLOURS.items():
        if (lines := reading.lines(point, split)) is not None:
            line(axes, lines.coordinates, lines.losses, colour=colour, label=SPLITS[split])
    axes.axvline(0, color="#DADCE0", linewidth=1.5, zorder=0)


def _equal_spans(rows: Sequence[Axes]) -> None:
    """Scales of equal length, so that what is flatter looks flatter."""
    limits = [axes.get_ylim() for axes in rows]
    span = max(high - low for low, high in limits)
    for axes, (low, high) in zip(rows, limits, strict=True):
        middle = (low + high) / 2
        axes.set_ylim(middle - span / 2, middle + span / 2)


def _name_the_lines(axes: Axes) -> None:
    """Names at the right ends, once the limits of the row are final."""
    labels = [
        LineLabel(
            float(numpy.asarray(drawn.get_ydata())[-1]),
            str(drawn.get_label()).replace(" images", ""),
            str(drawn.get_color()),
        )
        for drawn in axes.lines
        if not str(drawn.get_label()).startswith("_")
    ]
    if labels:
        axes.set_xlim(*axes.get_xlim())
        label_lines(axes, labels, gap=0.1)
