"""The figure of finite sums: paths to the noise floor, and the floor against every bound."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

from experiments.finite_sum.readings import Floats, Floors, Reading, floors
from research.evidence.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    VERMILLION,
    LineLabel,
    caption,
    label_lines,
    slide,
    wrapped,
)

PATHS = (0.4, 0.1, 0.02, 0.005)
"""Steps whose paths are drawn, if they were measured."""


@dataclass(frozen=True)
class Bound:
    """How a bound is drawn.

    Attributes:
        field: of `readings.Floors`.
        name: its formula, in one or two lines.
        colour: of its line.
        dashes: matplotlib's line style.
    """

    field: str
    name: str
    colour: str
    dashes: str = "-"


BOUNDS = (
    Bound("slide", "slide, G² along the path\nLG²a/(4μ)", BLUE),
    Bound("slide_at_optimum", "slide, variance at w* as G²\nLσ*²a/(4μ)", VERMILLION, "--"),
    Bound("corrected", "corrected, s² along the path\nLas²/(4μ(1-aL/2))", GREEN),
    Bound("leading", "leading order, no bound\naσ*²/4", GREY, ":"),
    Bound("quadratic", "quadratic with noise σ*²", ORANGE, ":"),
    Bound("exact", "least squares, exact", BLACK, ":"),
)


def floors_figure(reading: Reading) -> Figure:
    """Left: mean f - f* of constant steps. Right: measured floor over each bound."""
    figure = slide()
    paths, ratios = figure.subplots(1, 2, width_ratios=(1, 1))
    found = floors(reading)
    _draw_paths(paths, reading, found)
    _draw_ratios(ratios, found)
    caption(
        figure,
        "Noise floors of stochastic gradient descent, and what the bounds say",
        "Left: f - f* over updates, mean of all seeds of the batches, for constant steps a; the"
        " floor halves with the step. Right: the measured floor divided by each formula. A bound"
        " that is true stays below 1: the lecture's does if G² is the second moment along the path,"
        " and does not if the variance at the minimum is put in its place. Steps that did not come"
        " to their floor within the run are left out.",
    )
    return figure


def _draw_paths(axes: Axes, reading: Reading, found: Floors) -> None:
    steps, gaps = reading.array("floors_steps"), reading.array("floors_mean")
    last, early = steps[-1], steps <= steps[-1] / 2  # the second half makes the floor
    labels = []
    colours = (VERMILLION, ORANGE, GREEN, BLUE, PURPLE)
    drawn = [a for a in PATHS if numpy.isclose(found.rates, a).any()] or list(found.rates[:4])
    for a, colour in zip(drawn, colours, strict=False):
        column = int(numpy.argmin(numpy.abs(found.rates - a)))
        level = found.level[column]
        axes.plot([*steps[early], last], [*gaps[early, column], level], color=colour)
        axes.axhline(found.leading[column], color=colour, linewidth=1.5, linestyle=":")
        labels.append(LineLabel(float(level), f"a = {a:g}", colour))
    axes.set(xscale="symlog", yscale="log", xlabel="update k", ylabel="f - f*")
    axes.set_xlim(0, last)
    axes.set_title("a constant step ends at a floor\n(dotted: aσ*²/4)", size=16)
    axes.xaxis.set_major_locator(FixedLocator([0, 1, 10, 100, 1000, 10_000]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda k, _: f"{k:,.0f}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    label_lines(axes, labels)


def _draw_ratios(axes: Axes, found: Floors) -> None:
    order = numpy.argsort(found.rates)
    labels = []
    for bound in BOUNDS[:4]:
        share = _where_reached(found, found.level / getattr(found, bound.field))[order]
        axes.plot(
            found.rates[order],
            share,
            bound.dashes,
            color=bound.colour,
            marker="o",
            markersize=6,
        )
        if numpy.isfinite(share[-1]):
            labels.append(LineLabel(float(share[-1]), bound.name, bound.colour))
    if not found.reached.any():
        axes.text(0.5, 0.5, "no step came to its floor", transform=axes.transAxes, ha="center")
    top = max(axes.get_ylim()[1], 1.2)
    axes.set(xscale="log", xlabel="step a (log scale)", ylabel="measured floor / formula")
    axes.set_ylim(0, top)
    axes.axhspan(1, top, color=VERMILLION, alpha=0.08, linewidth=0)
    axes.axhline(1, color=BLACK, linewidth=1.2)
    axes.text(0.03, 0.97, "above 1:\nnot a bound", transform=axes.transAxes, size=14, va="top")
    step_ticks(axes, found.rates)
    axes.set_title("the measured floor\nover each formula", size=16)
    label_lines(axes, labels, size=12.5, gap=0.11)


def _where_reached(found: Floors, values: Floats) -> Floats:
    """Values by step, NaN where the run was too short for the floor."""
    masked: Floats = numpy.where(found.reached, values, numpy.nan)
    return masked


def step_ticks(axes: Axes, rates: Floats) -> None:
    """Ticks at 1 and 3 of each decade of the steps, written as decimals."""
    wanted = [a for a in (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10) if a <= 1.3 * rates.max()]
    axes.xaxis.set_major_locator(FixedLocator([a for a in wanted if a >= rates.min() / 1.3]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda a, _: f"{a:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())


def bounds_figure(readings: Sequence[Reading], names: Sequence[str]) -> Figure:
    """One panel per instance: every formula over the measured floor, log scale."""
    figure = slide(height=6.2)
    grid = figure.subplots(1, len(readings), sharey=True, squeeze=False)[0]
    for axes, reading, name in zip(grid, readings, names, strict=True):
        found = floors(reading)
        order = numpy.argsort(found.rates)
        for bound in BOUNDS:
            quotient = _where_reached(found, getattr(found, bound.field) / found.level)[order]
            if numpy.isfinite(quotient).any():
                axes.plot(
                    found.rates[order],
                    quotient,
                    bound.dashes,
                    color=bound.colour,
                    marker="o",
                    markersize=5,
                    label=bound.name.replace("\n", ": "),
                )
        axes.set(xscale="log", yscale="log", xlabel="step a")
        kappa = reading.constants["smoothness"] / reading.constants["strong_convexity"]
        axes.set_title(f"{wrapped(name, 28)}\nL/μ = {kappa:.3g}", size=15)
        axes.axhline(1, color=BLACK, linewidth=1.2)
        step_ticks(axes, found.rates)
    axes = grid[0]
    bottom = axes.get_ylim()[0]
    for each in grid:
        each.axhspan(bottom, 1, color=VERMILLION, alpha=0.08, linewidth=0)
    axes.set_ylim(bottom=bottom)
    axes.set_ylabel("formula / measured floor")
    axes.yaxis.set_major_locator(FixedLocator([0.7, 1, 2, 5, 10, 30, 100, 300]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    handles = {label: line for each in grid for line, label in _legend(each)}
    figure.legend(
        list(handles.values()), list(handles), loc="outside lower center", ncols=2, fontsize=13
    )
    caption(
        figure,
        "How loose the bounds are",
        "Every formula divided by the measured floor. A true bound lies above 1; how far above is"
        " its looseness, which grows with the condition L/μ. The dotted formulas are no bounds but"
        " predictions. Steps that did not come to their floor within the run are left out.",
    )
    return figure


def _legend(axes: Axes) -> list[tuple[Artist, str]]:
    return list(zip(*axes.get_legend_handles_labels(), strict=True))
