"""All networks and seeds beside each other: how training ended, and what the plane is like."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter, NullLocator

from experiments.skip_connections.naming import names_of, networks_of, one_of_each
from experiments.skip_connections.numbers import NOT_CONVEX, not_convex, roughness
from experiments.skip_connections.readings import Reading
from research.evidence.bounded_claim import NotDecided
from research.evidence.style import BLUE, VERMILLION, caption, slide, wrapped


@dataclass(frozen=True)
class Column:
    """A number of every run.

    Attributes:
        title: its name.
        number: the number; it may raise NotDecided.
        is_log: whether its axis is logarithmic; else it begins at 0.
        form: how a median is written.
    """

    title: str
    number: Callable[[Reading], float]
    is_log: bool
    form: str


COLUMNS = (
    Column("training\nloss", lambda reading: reading.train_loss, True, ".2g"),
    Column("λmax at\nthe end", lambda reading: reading.lambda_max, True, ".3g"),
    Column("test error,\nin %", lambda reading: 100 * (1 - reading.test_accuracy), False, ".1f"),
    Column("not convex,\nin % of plane", lambda reading: 100 * not_convex(reading), False, ".0f"),
    Column("roughness,\nin % of range", lambda reading: 100 * roughness(reading), False, ".2f"),
)


def numbers_figure(readings: Sequence[Reading]) -> Figure:
    """A row for each network, a column for each number, a dot for each seed."""
    order = [each.store.variant for each in one_of_each(readings)]
    names = names_of(readings)
    figure = slide(height=2.0 + 1.1 * len(order))
    panels = figure.subplots(1, len(COLUMNS), sharey=True)
    for axes, column in zip(panels, COLUMNS, strict=True):
        axes.set_title(column.title, size=16)
        for row, variant in enumerate(order):
            runs = [each for each in readings if each.store.variant == variant]
            _draw(axes, row, runs, column)
        _set_scale(axes, column)
    panels[0].set_yticks(range(len(order)), [wrapped(names[each], 16) for each in order])
    panels[0].set_ylim(len(order) - 0.5, -0.6)
    caption(
        figure,
        "How training ended, and what the planes are like",
        f"Networks of {networks_of(readings)}. A dot is a seed; the number is the median of the"
        " seeds. λmax is the largest eigenvalue of the Hessian of the training loss at the end of"
        f" training. Not convex are the points of the plane with |λmin/λmax| > {NOT_CONVEX:g}."
        " Roughness is how far a spline through every second point of the plane is off"
        " at the others: root mean square, by the logarithm of the loss.",
    )
    return figure


def _draw(axes: Axes, row: int, runs: Sequence[Reading], column: Column) -> None:
    found = [_or_nan(column.number, run) for run in runs]
    values = sorted(value for value in found if math.isfinite(value))
    if not values:
        return
    colour = BLUE if runs[0].settings.model.skip else VERMILLION
    axes.plot(
        values, [row] * len(values), "o", color=colour, markersize=11, alpha=0.7, clip_on=False
    )
    middle = (values[(len(values) - 1) // 2] + values[len(values) // 2]) / 2
    axes.text(middle, row - 0.22, format(middle, column.form), ha="center", size=15, color=colour)


def _set_scale(axes: Axes, column: Column) -> None:
    """The axis of a number, with room for what is written over its dots."""
    axes.grid(axis="x", color="#DADCE0", linewidth=0.8)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    if column.is_log:
        axes.set_xscale("log")
        axes.margins(x=0.25)
        axes.xaxis.set_minor_locator(NullLocator())
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    else:
        axes.set_xlim(0, 1.25 * axes.dataLim.x1 if axes.has_data() else 1)
        axes.xaxis.set_major_locator(MaxNLocator(3))


def _or_nan(number: Callable[[Reading], float], run: Reading) -> float:
    try:
        return number(run)
    except NotDecided:
        return math.nan
