"""Parallel coordinates of a study: a line per trial through its settings to its value."""

from collections.abc import Sequence

import matplotlib
import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator

from research.evidence.landscape_scale import COLOURS
from research.evidence.study_marks import folded, tidy, value_scale
from research.evidence.study_reading import (
    SearchedSetting,
    marked_best,
    measured,
    objective_words,
    ranked,
    searched_settings,
    short_names,
)
from research.evidence.style import BLACK, GREY, HALO, caption, slide
from research.records.study_table import StudyTable, TrialRow

_ABSENT = -0.13
"""Where lines pass an axis of a setting that their trial does not have."""
_MOST_IN_A_LINE = 6
_LOST = "#C9CCD1"
"""Trials without a value."""


def parallel_figure(table: StudyTable) -> Figure:
    """An axis per searched setting and one for the objective; a line per trial, best ones dark."""
    settings = searched_settings(table)
    figure = slide(height=6.6)
    axes = figure.subplots()
    objective = _objective_axis(table)
    names = short_names(settings)
    axes.set_axis_off()
    axes.set_xlim(-0.3, len(settings) + 0.3)
    bottom = -0.02 if all(setting.always for setting in settings) else _ABSENT - 0.05
    axes.set_ylim(bottom, 1.02)
    _draw_lines(axes, table, settings, objective)
    for at, setting in enumerate(settings):
        _draw_axis(axes, at, setting)
    _draw_axis(axes, len(settings), objective)
    _name_axes(axes, [*names.values(), objective_words(table.plan.objective)])
    caption(
        figure,
        "Each trial as a line through its settings",
        "Dark lines are the better ones; the black one is the best. Grey lines are trials that"
        " failed or were pruned. Below an axis pass the trials that do not have this setting.",
    )
    return figure


def _objective_axis(table: StudyTable) -> SearchedSetting:
    scale = value_scale(table)
    return SearchedSetting("", None, scale.low, scale.high, scale.log, True)


def _draw_lines(
    axes: Axes, table: StudyTable, settings: list[SearchedSetting], objective: SearchedSetting
) -> None:
    colours = matplotlib.colormaps[COLOURS]
    flipped = table.plan.objective.direction == "maximize"
    values = {row.number: value for row, value in measured(table)}
    for row in table.trials:
        if row.state in ("failed", "pruned"):
            heights = _heights(row, settings)
            axes.plot(range(len(heights)), heights, color=_LOST, linewidth=1, zorder=1)
    best = marked_best(table)
    for row in reversed(ranked(table)):  # better ones lie over worse ones
        end = objective.share(values[row.number])
        shade = 0.92 * (1 - end if flipped else end)  # the last of the colours is too pale
        heights = [*_heights(row, settings), end]
        colour, width = (BLACK, 4.0) if row is best else (colours(shade), 1.6)
        axes.plot(range(len(heights)), heights, color=colour, linewidth=width, zorder=2)


def _heights(row: TrialRow, settings: list[SearchedSetting]) -> list[float]:
    """Where a trial crosses the axes of the settings, as shares of their height."""
    places = [(setting, setting.place(row.values)) for setting in settings]
    return [_ABSENT if at is None else setting.share(at) for setting, at in places]


def _draw_axis(axes: Axes, at: int, setting: SearchedSetting) -> None:
    axes.plot([at, at], [0, 1], color=GREY, linewidth=1.6, zorder=5)
    for place, text in _ticks(setting):
        height = setting.share(place)
        axes.plot([at - 0.012, at + 0.012], [height, height], color=GREY, linewidth=1.6, zorder=5)
        axes.annotate(
            text,
            (at, height),
            xytext=(9, 0),
            textcoords="offset points",
            va="center",
            size=13,
            path_effects=HALO,
            zorder=6,
        )
    if not setting.always:
        axes.text(at, _ABSENT - 0.03, "not used", ha="center", va="top", size=12, color=GREY)


def _name_axes(axes: Axes, names: Sequence[str]) -> None:
    """The names above the axes, every second one higher where there are many."""
    many = len(names) > _MOST_IN_A_LINE
    for at, name in enumerate(names):
        axes.annotate(
            folded(name, 20),
            (at, 1.0),
            xytext=(0, 38 if many and at % 2 else 14),
            textcoords="offset points",
            ha="center",
            va="bottom",
            weight="bold",
            size=13 if many else 15,
        )


def _ticks(setting: SearchedSetting) -> list[tuple[float, str]]:
    """Places on an axis with their texts."""
    if setting.choices is not None:
        return [(float(place), word) for place, word in enumerate(setting.choices)]
    if setting.low == setting.high:
        return [(setting.low, tidy(setting.low))]
    locator = LogLocator(subs=(1.0,)) if setting.log else MaxNLocator(5, integer=setting.whole)
    found = _within(setting, locator.tick_values(setting.low, setting.high))
    if len(found) < 2 and setting.log:
        found = _within(setting, LogLocator(subs=(1, 2, 5)).tick_values(setting.low, setting.high))
    return [(place, tidy(place)) for place in found]


def _within(setting: SearchedSetting, places: "numpy.typing.ArrayLike") -> list[float]:
    found = numpy.asarray(places, dtype=numpy.float64).tolist()
    slack = 1e-9 * max(abs(setting.low), abs(setting.high))
    return [each for each in found if setting.low - slack <= each <= setting.high + slack]
