"""Loss and error along the straight line and along the curve."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.mode_connectivity.naming import curve_of, panel_title
from experiments.mode_connectivity.readings import MOVED, Floats, Reading
from research.evidence.style import BLUE, GREY, VERMILLION, caption, slide
from research.evidence.threshold_figure import draw_curve, median

COLOURS = {"line": VERMILLION, "curve": BLUE}
"""Of the straight line and of the curve, in all figures."""
DOTTED: dict[str, Any] = {"linestyle": (0, (1, 1.6)), "linewidth": 2}
ROWS = (("train/loss", "training loss", 1.0), ("test/error", "test error, in %", 100.0))


def along_figure(groups: Mapping[str, Sequence[Reading]], repetitions: str = "") -> Figure:
    """A column for each variant: training loss above, test error below.

    Args:
        groups: the runs of each variant.
        repetitions: what the caption says of variants that are not drawn.
    """
    figure = slide(width=max(8.0, 1.2 + 4.1 * len(groups)), height=7.2)
    grid = figure.subplots(2, len(groups), squeeze=False, sharex=True, sharey="row")
    for column, runs in enumerate(groups.values()):
        settings = runs[0].settings
        for axes, (metric, name, scale) in zip(grid[:, column], ROWS, strict=True):
            draw_paths(axes, runs, metric, scale)
            axes.set_ylabel(name if column == 0 else "")
        grid[0, column].set_title(panel_title(settings), size=14)
        position_axis(grid[1, column])
        _legend(grid[0, column], runs)
    for row in grid:
        from_zero(row)
    said = said_of_lines(next(iter(groups.values()))) + _said_of_moved(groups)
    title = "Loss and error along the straight line and along the trained curve"
    caption(figure, title, f"{said} {repetitions}".strip())
    return figure


def draw_paths(axes: Axes, runs: Sequence[Reading], metric: str, scale: float) -> None:
    """Thin lines for pairs and bold ones for their median; dotted with the ends' statistics."""
    positions = runs[0].settings.positions
    for path, name in (("line", "straight line"), ("curve", curve_of(runs[0].settings))):
        values = together(runs, path, metric) * scale
        draw_curve(axes, positions, values, label=name, colour=COLOURS[path])
        moved = together(runs, path, metric + MOVED) * scale
        if not numpy.isnan(moved).all():
            axes.plot(positions, median(moved), color=COLOURS[path], **DOTTED)


def from_zero(panels: Sequence[Axes]) -> None:
    """Heights from 0 to above all lines, the same in all panels; a line at 0 is seen too."""
    highest = max((float(axes.dataLim.y1) for axes in panels if axes.lines), default=1.0)
    for axes in panels:
        axes.set_ylim(-0.03 * highest, 1.06 * highest)


def together(runs: Sequence[Reading], path: str, metric: str) -> Floats:
    """A metric of all pairs, [pairs, points]; NaN where it is not measured."""
    points = runs[0].settings.path_points
    values = numpy.full((len(runs), points), numpy.nan)
    for row, run in enumerate(runs):
        found = (run.line if path == "line" else run.curve).get(metric, numpy.zeros(0))
        values[row, : len(found)] = found
    return values


def position_axis(axes: Axes) -> None:
    """From the first network to the second."""
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.5, 1], ["first\nnetwork", "half\nway", "second\nnetwork"])
    first, _, second = axes.get_xticklabels()
    first.set_horizontalalignment("left")
    second.set_horizontalalignment("right")


def said_of_lines(runs: Sequence[Reading]) -> str:
    """Of a caption, what is drawn over what."""
    thin = " Thin lines are pairs of networks, bold ones their median." if len(runs) > 1 else ""
    wanted = runs[0].settings.path_examples
    images = "All images" if wanted is None else f"{wanted:,} images"
    return (
        f"{images} of each split, at points of the straight line between two trained networks and"
        f" of the trained curve.{thin}"
    )


def _said_of_moved(groups: Mapping[str, Sequence[Reading]]) -> str:
    if not any(runs[0].settings.has_batch_norm for runs in groups.values()):
        return ""
    return (
        " Dotted, of networks with batch norm: with the running statistics of both ends, moved"
        " along; solid: with statistics measured at every point."
    )


def _legend(axes: Axes, runs: Sequence[Reading]) -> None:
    """Names in their lines' colours, below a panel that has no room."""
    handles = [each for each in axes.lines if not str(each.get_label()).startswith("_")]
    if runs[0].settings.has_batch_norm:
        handles += axes.plot([], [], color=GREY, label="with the ends' statistics", **DOTTED)
    axes.legend(
        handles=handles,
        loc="lower center",
        bbox_to_anchor=(0.5, -0.32 if len(handles) < 3 else -0.42),
        labelcolor="linecolor",
        handlelength=1,
        fontsize=13,
    )
