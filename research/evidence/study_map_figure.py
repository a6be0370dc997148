"""The map of a study: the objective over the two settings that matter most.

Of a grid each cell is a point that was tried. Points drawn at random are shown themselves, over
cells that are so coarse that most hold several: nothing is drawn where nothing was tried.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from research.evidence.landscape_scale import COLOURS
from research.evidence.study_cells import Cells, cells
from research.evidence.study_marks import (
    MARKS,
    RING,
    mark_of,
    ring_handle,
    setting_axis,
    tidy,
    value_scale,
)
from research.evidence.study_reading import (
    Importance,
    SearchedSetting,
    marked_best,
    measured,
    objective_words,
    searched_settings,
    short_names,
)
from research.evidence.style import BLACK, ORANGE, VERMILLION, caption, slide
from research.records.study_table import StudyTable, TrialRow

Pair = tuple[SearchedSetting, SearchedSetting]
"""The settings across and upwards."""

_LOOKS: dict[str, dict[str, Any]] = {
    "unreached": {"marker": "x", "c": BLACK},
    "pruned": {"marker": "X", "c": ORANGE, "edgecolors": "black"},
    "failed": {"marker": "^", "c": VERMILLION, "edgecolors": "white"},
}
"""Marks that stand out from every colour below them."""
_MOST_VALUES = 9
"""Of a grid, that an axis has room to name."""
_CASING = (withStroke(linewidth=6, foreground="white"),)


def map_figure(table: StudyTable, found: Sequence[Importance]) -> Figure | None:
    """The objective over two settings; None without values, or two numbers that all trials have.

    Args:
        table: the study.
        found: its importances, which choose the two; settings they say nothing about come last, in
            the order of the plan.
    """
    pair = chosen_pair(table, found)
    if pair is None or not measured(table):
        return None
    across, upwards = pair
    figure = slide(width=11.5, height=7.5)
    axes = figure.subplots()
    names = short_names(searched_settings(table))
    setting_axis(axes, across, names[across.key], "x")
    setting_axis(axes, upwards, names[upwards.key], "y")
    scale = value_scale(table)
    grid = cells(table, across, upwards)
    colours = f"{COLOURS}_r" if table.plan.objective.direction == "maximize" else COLOURS
    look: dict[str, Any] = {"cmap": colours, "norm": scale.norm()}
    mesh = axes.pcolormesh(grid.x, grid.y, numpy.ma.masked_invalid(grid.values).T, **look)
    if grid.exact:
        axes.set(xlim=grid.x[[0, -1]], ylim=grid.y[[0, -1]])
        _name_values(axes.xaxis, table, across)
        _name_values(axes.yaxis, table, upwards)
    else:
        mesh.set_alpha(0.55)
        _draw_points(axes, table, pair, look)
    _draw_marks(figure, axes, table, pair)
    bar = figure.colorbar(mesh, ax=axes, pad=0.02)
    if bar.solids is not None:
        bar.solids.set_alpha(1)  # as the points have them; cells below points are paler
    bar.set_label(objective_words(table.plan.objective))
    bar.ax.yaxis.set_major_formatter(lambda value, _: tidy(value))
    caption(figure, f"The objective over {across.key} and {upwards.key}", _text(table, grid))
    return figure


def chosen_pair(table: StudyTable, found: Sequence[Importance]) -> Pair | None:
    """The two settings with the largest shares among those that are numbers in every trial."""
    shares = found[0].shares if found else {}
    fit = [each for each in searched_settings(table) if each.is_continuous and each.low < each.high]
    fit.sort(key=lambda setting: -shares.get(setting.key, 0.0))
    if len(fit) < 2:
        return None
    order = list(table.plan.space)
    first, second = sorted(fit[:2], key=lambda setting: order.index(setting.key))
    return first, second


def _name_values(axis: Axis, table: StudyTable, setting: SearchedSetting) -> None:
    """Ticks at the values of a grid; of many, at every second one, or third."""
    tried = {row.values[setting.key] for row in table.trials if setting.key in row.values}
    every = math.ceil(len(tried) / _MOST_VALUES)
    axis.set_major_locator(FixedLocator(sorted(map(float, tried))[::every]))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: _value(value)))


def _value(value: float) -> str:
    return tidy(value if value.is_integer() else float(f"{value:.3g}"))


def _draw_points(axes: Axes, table: StudyTable, pair: Pair, look: dict[str, Any]) -> None:
    """Every trial where it lies, coloured by its value."""
    rows = measured(table)
    x, y = zip(*_places([row for row, _ in rows], pair), strict=True)
    axes.scatter(
        x,
        y,
        c=[value for _, value in rows],
        s=90,
        edgecolors="white",
        linewidths=1.2,
        zorder=3,
        **look,
    )


def _draw_marks(figure: Figure, axes: Axes, table: StudyTable, pair: Pair) -> None:
    """What colours don't say: trials without a value or without success, and the best one."""
    handles: list[Artist] = []
    for name, look in _LOOKS.items():
        rows = [row for row in table.trials if mark_of(row) == name]
        if rows:
            x, y = zip(*_places(rows, pair), strict=True)
            handles.append(axes.scatter(x, y, s=80, zorder=4, label=MARKS[name].label, **look))
    if (best := marked_best(table)) is not None:
        [place] = _places([best], pair)
        look = {**RING, "markeredgewidth": 2.4, "path_effects": _CASING, "zorder": 5}
        axes.plot(*place, linestyle="none", **look)
        handles.append(ring_handle())
    figure.legend(handles=handles, loc="outside upper right", ncols=len(handles), fontsize=14)


def _places(rows: Sequence[TrialRow], pair: Pair) -> list[tuple[float, float]]:
    found = [[setting.place(row.values) for setting in pair] for row in rows]
    return [(x, y) for x, y in found if x is not None and y is not None]


def _text(table: StudyTable, grid: Cells) -> str:
    others = len(table.plan.space) - 2
    if grid.exact:
        text = "Each cell is a point of the grid"
        text += f", the median of {grid.most} trials" if grid.most > 1 else ""
    else:
        text = "Points are trials; a cell is the median of those in it, white where there is none"
    text += ". Dark is better."
    if others:
        text += f" {others} more setting{'s' if others > 1 else ''} varied at the same time."
    if any(not row.reached for row, _ in measured(table)):
        text += " A cross is a trial that never reached it: its value is its last step."
    if any(row.state == "pruned" for row in table.trials):
        text += (
            " Pruned trials are marked; they have no value of their own, and cells leave them out."
        )
    return text
