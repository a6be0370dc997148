"""Slices of a study: the value of every trial over each searched setting, a panel each."""

import math

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from research.evidence.study_marks import (
    RING,
    draw_trials,
    legend,
    ring_handle,
    setting_axis,
    value_axis,
)
from research.evidence.study_reading import (
    SearchedSetting,
    marked_best,
    searched_settings,
    short_names,
)
from research.evidence.style import caption, slide
from research.records.study_table import StudyTable

_MOST_IN_A_ROW = 4


def slices_figure(table: StudyTable) -> Figure:
    """A panel per searched setting, in the order of the plan, all with the same vertical axis."""
    settings = searched_settings(table)
    names = short_names(settings)
    rows = math.ceil(len(settings) / _MOST_IN_A_ROW)
    columns = math.ceil(len(settings) / rows)
    figure = slide(height=1.2 + 4.6 * rows if rows > 1 else 6.0)
    grid = figure.subplots(rows, columns, squeeze=False)
    panels = list(grid.flat)
    for position, (axes, setting) in enumerate(zip(panels, settings, strict=False)):
        value_axis(axes, table, label=position % columns == 0)
        setting_axis(axes, setting, names[setting.key])
        _draw(axes, table, setting)
    for axes in panels[len(settings) :]:
        axes.set_axis_off()
    legend(figure, table, [ring_handle()] if marked_best(table) else [])
    caption(
        figure,
        "The value of every trial over each searched setting",
        "Each panel shows all trials that have the setting; the others vary too, so points at one"
        " place differ. A ring marks the best trial. Trials without a value stand at the edge.",
    )
    return figure


def _draw(axes: Axes, table: StudyTable, setting: SearchedSetting) -> None:
    draw_trials(axes, table, lambda row: setting.place(row.values), alpha=0.6)
    best = marked_best(table)
    if best is not None and (at := setting.place(best.values)) is not None:
        value = best.value or 0.0
        axes.plot([at], [value], linestyle="none", markeredgewidth=1.8, zorder=4, **RING)
