"""The planes of the lecture: level lines and reliefs, before and after training."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy
from matplotlib.figure import Figure

from experiments.loss_landscape.naming import MOMENTS, SPLITS, how_computed
from experiments.loss_landscape.readings import Reading
from research.evidence.landscape_figures import (
    colour_bar,
    contour,
    plotly_surface,
    relief,
    relief_panel,
    shared_scale,
)
from research.evidence.style import caption, slide
from research.surface import Surface

if TYPE_CHECKING:
    from plotly.graph_objects import Figure as Interactive

SHOWN = ("train", "test")
Key = tuple[int, str]
"""Position of the run among the readings, and split."""


def planes_at(readings: Sequence[Reading], point: str) -> dict[Key, Surface]:
    """The planes that there are around the weights of one moment."""
    found = {
        (index, split): reading.plane(point, split)
        for index, reading in enumerate(readings)
        for split in SHOWN
    }
    return {key: plane for key, plane in found.items() if plane is not None}


def contours_figure(readings: Sequence[Reading], point: str) -> Figure:
    """Level lines around the weights of one moment: a row for each split, a column for each run.

    Args:
        readings: one run of each variant; the record has a plane of one of them at least.
        point: `start` or `trained`.
    """
    planes = planes_at(readings, point)
    splits = [split for split in SHOWN if any(each == split for _, each in planes)]
    scale = shared_scale(plane.loss for plane in planes.values())
    figure = slide(width=6.2 * len(readings) + 1.6, height=5.6 * len(splits) + 0.6)
    panels = figure.subplots(len(splits), len(readings), squeeze=False, sharex=True, sharey=True)
    for (index, split), plane in planes.items():
        axes = panels[splits.index(split), index]
        axes.set_title(f"{readings[index].label}: {SPLITS[split]}")
        contour(axes, plane, scale=scale)
    for axes in panels[-1]:
        axes.set_xlabel("first direction")
    for axes in panels[:, 0]:
        axes.set_ylabel("second direction")
    colour_bar(figure, panels.ravel().tolist(), scale)
    caption(
        figure,
        f"The loss in a random plane, {MOMENTS[point]}",
        f"{_seeds(readings)}. One scale for all panels; a cross marks the weights"
        f" {MOMENTS[point]}. {_how(list(planes.values()))}",
    )
    return figure


def reliefs_figure(readings: Sequence[Reading]) -> Figure:
    """Reliefs: a row for each moment with a scale of its own, a column for each run.

    They are of the training loss, or of the test loss where there is no other.

    Args:
        readings: one run of each variant; the record has a plane of one of them at least.
    """
    there = {each for point in MOMENTS for _, each in planes_at(readings, point)}
    split = next(split for split in SHOWN if split in there)
    figure = slide(width=6.2 * len(readings) + 1.6, height=10.4)
    shown: list[Surface] = []
    for row, (point, moment) in enumerate(MOMENTS.items()):
        planes = {key: each for key, each in planes_at(readings, point).items() if key[1] == split}
        if not planes:
            continue
        shown += planes.values()
        scale = shared_scale(plane.loss for plane in planes.values())
        panels = []
        for (index, _), plane in planes.items():
            place = 1 + row * len(readings) + index
            axes = relief_panel(figure, len(MOMENTS), len(readings), place)
            varies = f"loss varies by {numpy.ptp(plane.loss):.2g}"
            axes.set_title(f"{readings[index].label}: {moment}\n{varies}")
            relief(axes, plane, scale=scale)
            panels.append(axes)
        colour_bar(figure, panels, scale)
    caption(
        figure,
        f"The loss of {SPLITS[split]} as a relief, before and after training",
        f"{_seeds(readings)}. Each row has a scale of its own. {_how(shown)}",
    )
    return figure


def to_turn(readings: Sequence[Reading], point: str) -> "Interactive":
    """The planes around the weights of one moment, to turn by hand, on one scale."""
    planes = planes_at(readings, point)
    named: Mapping[str, Surface] = {
        f"{readings[index].label}, {SPLITS[split]}": plane
        for (index, split), plane in planes.items()
    }
    return plotly_surface(named, title=f"The loss in a random plane, {MOMENTS[point]}")


def _seeds(readings: Sequence[Reading]) -> str:
    return "Seed " + ", ".join(sorted({str(reading.store.seed) for reading in readings}))


def _how(planes: Sequence[Surface]) -> str:
    """How many points were measured, and how sure the others are."""
    if not planes:
        return ""
    sizes = {(plane.evaluated.size, tuple(plane.loss.shape)) for plane in planes}
    grids = ", ".join(f"{shape[0]} × {shape[1]}" for _, shape in sorted(sizes))
    examples = ", ".join(sorted({str(plane.about["examples"]) for plane in planes}))
    text = f"Loss of {examples} images, {how_computed(planes)}, on {grids} points"
    measured = [int(plane.evaluated.sum()) for plane in planes]
    if min(measured) == max(size for size, _ in sizes):
        return f"{text}, all of them measured."
    worst = max(plane.held_out_error for plane in planes)
    least, most = min(measured), max(measured)
    count = f"{least}" if least == most else f"{least} to {most}"
    return (
        f"{text}, of which {count} were measured and a spline gives the others; where it was"
        f" checked it is off by at most {worst:.2%} of a plane's range."
    )
