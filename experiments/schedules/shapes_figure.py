"""The figure of all schedules: lr(t) over the run, one panel each, from the closed forms."""

import math
from collections.abc import Mapping
from typing import Any

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator
from numpy.typing import NDArray
from pydantic import TypeAdapter

from research.evidence.style import BLUE, GREY, caption, slide
from research.optim.schedules import factor, range_test_rate
from research.records.store import Record, RunStore
from research.settings.schedules import PlateauSettings, RangeTestSettings, ScheduleSettings

COLUMNS = 4
STEEP = 20
"""Highest over median rate above which a panel has a log scale."""
_READ: TypeAdapter[ScheduleSettings] = TypeAdapter(ScheduleSettings)

Curve = NDArray[numpy.float64]
"""The learning rate of every update: [updates]."""


def schedule_of(settings: Mapping[str, Any]) -> ScheduleSettings:
    """The schedule in the plain settings of a variant."""
    schedule: ScheduleSettings = _READ.validate_python(settings["schedule"])
    return schedule


def closed_form(settings: Mapping[str, Any]) -> Curve | None:
    """The rates of a variant's whole run; None for a plateau, whose rates depend on the run."""
    schedule, lr = schedule_of(settings), float(settings["optimizer"]["lr"])
    total = int(settings["trainer"]["max_steps"])
    if isinstance(schedule, RangeTestSettings):
        return numpy.array([range_test_rate(schedule, t, total) for t in range(total)])
    if is_plateau(schedule):
        return None
    return numpy.array([lr * factor(schedule, t, total) for t in range(total)])


def is_plateau(schedule: ScheduleSettings) -> bool:
    """Whether a schedule needs a metric: a plateau, also after a warmup."""
    return isinstance(getattr(schedule, "then", schedule), PlateauSettings)


def shapes_figure(record: Record) -> Figure:
    """One panel per variant of the record, in its order."""
    variants = record.plan.variants
    names = [name for name in variants if name in record.plan.runs] or list(variants)
    rows = math.ceil(len(names) / COLUMNS)
    figure = slide(height=max(3.5, 0.6 + 2.05 * rows))
    grid = figure.subplots(rows, COLUMNS, squeeze=False)
    for axes in grid.flat[len(names) :]:
        axes.set_axis_off()
    for axes, name in zip(grid.flat, names, strict=False):
        settings = variants[name].settings
        curve = closed_form(settings)
        stores = [store for store in record.runs() if store.variant == name]
        _draw(axes, variants[name].label, settings, curve, stores)
    figure.supxlabel("optimizer step", size=16)
    figure.supylabel("learning rate", size=16)
    caption(
        figure,
        "Learning-rate schedules",
        "The learning rate over the run under each schedule, from its closed form; only that of"
        " reduce on plateau depends on the run, and is drawn as each seed used it.",
    )
    return figure


def _draw(
    axes: Axes,
    label: str,
    settings: Mapping[str, Any],
    curve: Curve | None,
    stores: list[RunStore],
) -> None:
    total = int(settings["trainer"]["max_steps"])
    if curve is not None:
        axes.plot(numpy.arange(total), curve, color=BLUE, linewidth=2.5)
    else:
        for store in stores:
            steps, rates = store.column("lr")
            axes.plot(steps - 1, rates, color=BLUE, linewidth=1.8, drawstyle="steps-post")
    axes.set_title(label, size=13, pad=6)
    axes.set_xlim(0, total)
    axes.set_xticks([0, total // 2, total])
    axes.tick_params(labelsize=11)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=3))
    axes.grid(axis="y", color=GREY, alpha=0.2, linewidth=0.8)
    if curve is not None and curve.max() > STEEP * numpy.median(curve):
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(numticks=4))
        axes.yaxis.set_minor_locator(NullLocator())
        height = 0.05 if curve[-1] > curve[0] else 0.8
        axes.text(0.97, height, "log scale", transform=axes.transAxes, size=11, ha="right")
    else:
        axes.set_ylim(0, None)
