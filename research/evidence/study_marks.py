"""How the figures of a study mark its trials, and how they lay out its axes.

A trial without a value to compare (it failed, or was pruned before it had one) stands at the edge
of the panel where the bad values are.
"""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import (
    FixedLocator,
    FuncFormatter,
    LogLocator,
    MaxNLocator,
    NullFormatter,
    NullLocator,
)

from research.evidence.landscape_scale import Scale, shared_scale
from research.evidence.study_reading import (
    SearchedSetting,
    measured,
    objective_words,
    shown_value,
)
from research.evidence.style import BLUE, GREY, ORANGE, VERMILLION
from research.records.study_table import StudyTable, TrialRow


@dataclass(frozen=True)
class Mark:
    """How trials that ended in one way look.

    Attributes:
        label: for the legend.
        style: of matplotlib's `plot`.
    """

    label: str
    style: dict[str, Any]


MARKS = {
    "complete": Mark("complete", {"marker": "o", "color": BLUE, "markersize": 8}),
    "unreached": Mark(
        "complete, never reached it",
        {"marker": "o", "color": GREY, "markersize": 8, "fillstyle": "none"},
    ),
    "pruned": Mark("pruned", {"marker": "X", "color": ORANGE, "markersize": 9}),
    "failed": Mark("failed", {"marker": "^", "color": VERMILLION, "markersize": 10}),
}
RING: dict[str, Any] = {"marker": "o", "color": "black", "markersize": 17, "fillstyle": "none"}
"""Around the best trial."""
_NARROW = 1.5
"""Decades below which a logarithmic axis needs ticks between powers of ten."""


def mark_of(row: TrialRow) -> str | None:
    """The name of a trial's mark; None for one that has not ended."""
    if row.state == "complete":
        return "complete" if row.reached else "unreached"
    return row.state if row.state in MARKS else None


def draw_trials(
    axes: Axes, table: StudyTable, place: Callable[[TrialRow], float | None], alpha: float = 0.75
) -> None:
    """Draws every trial that ended: its value over where `place` puts it.

    Args:
        axes: the panel, with its final scale of values.
        table: the study.
        place: the horizontal coordinate of a trial; None leaves it out.
        alpha: how much marks cover what lies below them.
    """
    for name, mark in MARKS.items():
        rows = [row for row in table.trials if mark_of(row) == name]
        spots = [(x, shown_value(table, row)) for row in rows if (x := place(row)) is not None]
        look = {"linestyle": "none", "markeredgewidth": 1.4, "alpha": alpha, **mark.style}
        points = [(x, y) for x, y in spots if y is not None]
        if points:
            axes.plot(*zip(*points, strict=True), **look)
        lost = [x for x, y in spots if y is None]
        if lost:
            edge = [edge_of(table)] * len(lost)
            axes.plot(lost, edge, transform=axes.get_xaxis_transform(), clip_on=False, **look)


def edge_of(table: StudyTable) -> float:
    """The height, as a share of a panel, of trials without a value: where the bad ones are."""
    return 0.02 if table.plan.objective.direction == "maximize" else 0.98


def legend(figure: Figure, table: StudyTable, others: Sequence[Line2D] = ()) -> None:
    """Says above the panels what the marks mean that the study has."""
    present = {mark_of(row) for row in table.trials}
    handles = [
        Line2D([], [], linestyle="none", markeredgewidth=1.4, label=mark.label, **mark.style)
        for name, mark in MARKS.items()
        if name in present
    ]
    handles += others
    if handles:
        figure.legend(handles=handles, loc="outside upper right", ncols=len(handles), fontsize=14)


def ring_handle() -> Line2D:
    """What the ring around the best trial means."""
    small = {**RING, "markersize": 13}
    return Line2D([], [], linestyle="none", markeredgewidth=1.8, label="best", **small)


def value_scale(table: StudyTable) -> Scale:
    """From values of the objective to heights and colours: logarithmic where they span much."""
    return shared_scale([[value for _, value in measured(table)]])


def value_axis(axes: Axes, table: StudyTable, label: bool = True) -> None:
    """The vertical axis of the objective, with its scale and some room at both ends."""
    scale = value_scale(table)
    shown = [value for row in table.trials if (value := shown_value(table, row)) is not None]
    low, high = min([scale.low, *shown]), max([scale.high, *shown])
    if scale.log and low > 0:
        axes.set_yscale("log")
        ticks(axes.yaxis, low, high)
        room = (high / low) ** 0.06
        axes.set_ylim(low / room, high * room)
    else:
        room = 0.06 * (high - low)
        axes.set_ylim(low - room, high + room)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: tidy(value)))
    if label:
        axes.set_ylabel(folded(objective_words(table.plan.objective), 34))


def setting_axis(
    axes: Axes, setting: SearchedSetting, name: str, way: Literal["x", "y"] = "x"
) -> None:
    """Lays out one axis of a panel for a searched setting: scale, limits, ticks and name."""
    axis = axes.xaxis if way == "x" else axes.yaxis
    set_scale, limits = getattr(axes, f"set_{way}scale"), getattr(axes, f"set_{way}lim")
    getattr(axes, f"set_{way}label")(f"{name} (log scale)" if setting.log else name)
    if setting.choices is not None:
        limits(-0.5, max(len(setting.choices) - 0.5, 0.5))
        axis.set_major_locator(FixedLocator(range(len(setting.choices))))
        words = setting.choices
        axis.set_major_formatter(FuncFormatter(lambda at, _: words[round(at)]))
        place = axes.get_subplotspec()
        panels = place.get_gridspec().ncols if place else 1
        if way == "x" and sum(len(choice) + 2 for choice in setting.choices) > 80 / panels:
            axis.set_tick_params(rotation=25, labelsize=13)
    elif setting.log:
        set_scale("log")
        room = (setting.high / setting.low) ** 0.03
        limits(setting.low / room, setting.high * room)
        ticks(axis, setting.low, setting.high)
    else:
        room = 0.03 * (setting.high - setting.low)
        limits(setting.low - room, setting.high + room)
        axis.set_major_locator(MaxNLocator(5, integer=setting.whole))
        axis.set_major_formatter(FuncFormatter(lambda value, _: tidy(value)))


def ticks(axis: Axis, low: float, high: float) -> None:
    """Ticks of a logarithmic axis: powers of ten, and some between them where there are few."""
    narrow = high / low < 10**_NARROW
    axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0) if narrow else (1.0,)))
    axis.set_minor_locator(NullLocator() if narrow else LogLocator(subs=range(2, 10)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: tidy(value)))
    axis.set_minor_formatter(NullFormatter())


def folded(text: str, characters: int) -> str:
    """Text in lines of about so many characters, broken between words only."""
    return textwrap.fill(text, characters, break_long_words=False, break_on_hyphens=False)


def tidy(value: float) -> str:
    """A number for an axis: 1,200 and 0.001 and 1e-05."""
    return f"{value:,.0f}" if 1000 <= abs(value) < 1e6 else f"{value:.4g}"
