"""The loss over the plane through two networks and the curve, with both paths on top."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MultipleLocator

from experiments.mode_connectivity.along_figure import (
    COLOURS,
    DOTTED,
    ROWS,
    draw_paths,
    from_zero,
    position_axis,
    said_of_lines,
)
from experiments.mode_connectivity.naming import panel_title, title_of
from experiments.mode_connectivity.readings import Reading
from research.evidence.landscape_figures import colour_bar, contour, shared_scale
from research.evidence.landscape_scale import Scale
from research.evidence.style import BLACK, GREY, HALO, caption, slide, wrapped
from research.evidence.surfaces import read_surface, reservations, surface_names
from research.surface import Surface

TOP = 5.0
"""Nats beyond which walls of the plane have one colour, unless the paths climb higher."""
ALONG = "from one network to the other"


def plane_of(reading: Reading, split: str) -> Surface | None:
    """The measured plane of a pair, or None while it is not finished."""
    stage = reading.store.stage("plane")
    return read_surface(stage, split) if split in surface_names(stage) else None


def overview_figure(runs: Sequence[Reading]) -> Figure:
    """Left: the plane of the first pair that has one. Right: loss and error along both paths."""
    figure = slide(height=7.2)
    panels = figure.subplot_mosaic(
        [["plane", "upper"], ["plane", "lower"]], width_ratios=[1.2, 1], sharex=False
    )
    said = ""
    if with_plane := [run for run in runs if plane_of(run, "train")]:
        said = _draw_left(figure, panels["plane"], with_plane[0])
    for panel, (metric, name, scale) in zip(("upper", "lower"), ROWS, strict=True):
        draw_paths(panels[panel], runs, metric, scale)
        panels[panel].set_title(name)
        position_axis(panels[panel])
        from_zero([panels[panel]])
    _legend(figure, panels["upper"], runs)
    lines = said_of_lines(runs)
    caption(
        figure,
        f"Two networks, the straight line between them, and a curve. {title_of(runs[0].settings)}",
        f"{said}Right: {lines[0].lower()}{lines[1:]}",
    )
    return figure


def _legend(figure: Figure, axes: Axes, runs: Sequence[Reading]) -> None:
    """Names in the panel; below all panels where dotted lines fill it."""
    if not runs[0].settings.has_batch_norm:
        axes.legend(
            loc="upper right",
            labelcolor="linecolor",
            handlelength=0,
            handletextpad=0,
            prop={"size": 15, "weight": "bold"},
        )
        return
    handles = [each for each in axes.lines if not str(each.get_label()).startswith("_")]
    handles += axes.plot([], [], color=GREY, label="with the ends' statistics", **DOTTED)
    figure.legend(
        handles=handles,
        loc="outside lower center",
        ncols=len(handles),
        labelcolor="linecolor",
        fontsize=15,
    )


def _draw_left(figure: Figure, axes: Axes, reading: Reading) -> str:
    """The plane of one pair; returns the caption's words on it."""
    surface = plane_of(reading, "train")
    assert surface is not None
    scale = scale_of([reading], "train")
    draw_plane(axes, reading, surface, scale)
    axes.set_title(wrapped(f"training loss, {title_of(reading.settings)}", 34))
    colour_bar(figure, [axes], scale, "training loss", aspect=30)
    return (
        "Left: the training loss over the plane through two networks and the middle of the curve"
        f" ({reading.name}), in units of the distance between them."
        f"{_said_of_top(scale)}{_said_of_distance([reading])}{reservations([surface])} "
    )


def planes_figure(groups: Mapping[str, Sequence[Reading]], split: str) -> Figure:
    """The planes of the first pair of each variant, on one scale."""
    firsts = [next((run for run in runs if plane_of(run, split)), None) for runs in groups.values()]
    shown = [run for run in firsts if run is not None]
    figure = slide(width=2.4 + 4.2 * len(shown), height=5.4)
    panels = figure.subplots(1, len(shown), squeeze=False)[0]
    scale = scale_of(shown, split)
    for axes, reading in zip(panels, shown, strict=True):
        surface = plane_of(reading, split)
        assert surface is not None
        draw_plane(axes, reading, surface, scale)
        axes.set_title(panel_title(reading.settings), size=13)
        axes.set_xlabel(ALONG, size=14)
        if axes is not panels[0]:
            axes.set_ylabel("")
    kind = "training" if split == "train" else split
    colour_bar(figure, list(panels), scale, f"{kind} loss")
    caption(
        figure,
        f"The {kind} loss over the plane through both networks and the middle of the curve",
        "One pair of networks each, in units of the distance between them."
        f"{_said_of_top(scale)}{_said_of_distance(shown)}"
        f"{reservations(filter(None, (plane_of(run, split) for run in shown)))}",
    )
    return figure


def scale_of(readings: Sequence[Reading], *splits: str) -> Scale:
    """One scale for the planes of several pairs; walls higher than the paths need are cut off."""
    surfaces = [plane_of(reading, split) for reading in readings for split in splits]
    highest = [
        float(numpy.max(path[f"{split}/loss"]))
        for reading in readings
        for path in (reading.line, reading.curve)
        for split in splits
    ]
    top = max(TOP, *highest)
    return shared_scale([each.loss for each in surfaces if each is not None], top=top)


def draw_plane(axes: Axes, reading: Reading, surface: Surface, scale: Scale) -> None:
    """Level lines with the straight line, the curve and both networks on top."""
    contour(axes, surface, scale=scale, centre=False, levels=5, labelled=False)
    outline = [withStroke(linewidth=7, foreground="white")]
    for path, columns in (("line", reading.line), ("curve", reading.curve)):
        look: dict[str, Any] = {"color": COLOURS[path], "linewidth": 3.5, "path_effects": outline}
        axes.plot(columns["x"], columns["y"], zorder=6, **look)
    dots: dict[str, Any] = {
        "marker": "o",
        "markersize": 13,
        "color": BLACK,
        "markeredgecolor": "white",
    }
    axes.plot([0, 1], [0, 0], linestyle="", zorder=8, **dots)
    for x, name in ((0, "first"), (1, "second")):
        axes.annotate(
            name,
            (x, 0),
            xytext=(0, -12),
            textcoords="offset points",
            ha="center",
            va="top",
            size=14,
            path_effects=HALO,
            zorder=9,
        )
    axes.set_xlabel(ALONG)
    axes.set_ylabel("towards the curve")
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(MultipleLocator(0.5))


def _said_of_top(scale: Scale) -> str:
    return f" Losses above {scale.high:.3g} have one colour."


def _said_of_distance(readings: Sequence[Reading]) -> str:
    """How far the curve leaves the plane, where it does."""
    farthest = max(float(numpy.max(reading.curve["off"])) for reading in readings)
    if farthest < 1e-3:
        return " The whole curve lies in it."
    return f" The curve leaves it by up to {farthest:.2g} and is drawn where it is nearest."
