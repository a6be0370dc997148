"""The curve over epochs: test error above, and below it what the network says of its own labels."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from experiments.double_descent_deep.bump import WINDOW, highest_bump, smoothed
from experiments.double_descent_deep.marks import headroom, mark_bump, nothing
from experiments.double_descent_deep.outcomes import Curve, Outcome
from research.evidence.style import (
    BLUE,
    GREEN,
    PURPLE,
    VERMILLION,
    LineLabel,
    caption,
    label_lines,
    slide,
    wrapped,
)
from research.evidence.threshold_figure import draw_curve, mark_threshold, median

CURVES = {"noise": VERMILLION, "noise40": PURPLE, "clean": BLUE}
"""The variants of the curve over epochs, and their colours.

The first that has run is the one whose training images and whose peak are shown.
"""

SHARES = (
    ("error_on_noisy", "wrong label\nnot yet learned", VERMILLION),
    ("truth_on_noisy", "wrong label,\nright answer", GREEN),
    ("error_on_clean", "right label\nnot yet learned", BLUE),
)
"""What the lower panel shows of the training images: column, name and colour."""


@dataclass(frozen=True)
class Line:
    """The runs of a variant: `name` is made of their settings."""

    runs: Sequence[Outcome]
    name: str
    colour: str

    @property
    def short(self) -> str:
        """The name for a text with little room: "20 % wrong"."""
        return self.runs[0].labels.replace("of the labels ", "")


def epochs_figure(outcomes: Sequence[Outcome]) -> Figure:
    """Two panels over the same epochs; bold lines are medians over seeds, thin ones the seeds."""
    figure = slide()
    test, train = figure.subplots(2, 1, sharex=True, height_ratios=[1.3, 1])
    lines = lines_of(outcomes)
    labels = []
    for line in lines[::-1]:  # the first lies on top
        name = wrapped(line.name, 16)
        heights = _draw(test, line, [run.test_error for run in line.runs], name, line.colour)
        labels.append(LineLabel(float(heights[-1]), name, line.colour))
    shown = lines[0] if lines else None
    test.set_title("test error, in %")
    train.set_title("training images: share in %")
    epochs_axis(train)
    test.margins(x=0)
    said = ""
    if shown:
        said = _show_training(train, shown) + _show_lag(test, shown)
    headroom(test, 0.22)
    headroom(train)
    if shown:
        label_lines(test, labels, size=14, gap=0.2)
        said += _mark_peak(test, train, shown)
    for axes in (test, train):
        if not axes.lines:
            nothing(axes)
    names = ", ".join(line.name for line in lines) or "nothing measured"
    said += "".join(f" {name}, and is not drawn again." for name in _repeated(outcomes, lines))
    caption(figure, f"The test error over the epochs: {names}", f"Above: test error.{said}")
    return figure


def _repeated(outcomes: Sequence[Outcome], lines: Sequence[Line]) -> list[str]:
    """Which variants are the same runs as one that is drawn, in words."""
    return [
        f"{variant} has the settings of {line.runs[0].variant}"
        for variant in CURVES
        for line in lines
        if variant != line.runs[0].variant
        and _what_ran(started(outcomes, variant)) == _what_ran(line.runs)
    ]


def lines_of(outcomes: Sequence[Outcome]) -> list[Line]:
    """The variants that have been evaluated, named by what ran.

    Runs with the settings and seeds of an earlier variant are not drawn again; others that would
    have the same name get the record's label behind it.
    """
    kept: list[list[Outcome]] = []
    for variant in CURVES:
        runs = started(outcomes, variant)
        if runs and all(_what_ran(runs) != _what_ran(other) for other in kept):
            kept.append(runs)
    count = Counter(runs[0].labels for runs in kept)
    return [
        Line(
            runs,
            runs[0].labels + (f" ({runs[0].label})" if count[runs[0].labels] > 1 else ""),
            CURVES[runs[0].variant],
        )
        for runs in kept
    ]


def _what_ran(runs: Sequence[Outcome]) -> list[object]:
    return [(run.settings, run.seed) for run in runs]


def epochs_axis(axes: Axes) -> None:
    """A logarithmic axis of epochs, with plain numbers at its ticks."""
    axes.set_xlabel("epochs (log scale)")
    axes.set_xscale("log")
    axes.margins(x=0)
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())


def started(outcomes: Sequence[Outcome], variant: str) -> list[Outcome]:
    """The runs of a variant that have been evaluated."""
    return [each for each in outcomes if each.variant == variant and len(each.epochs)]


def together(curves: Sequence[Curve]) -> Curve:
    """Curves as rows, [seeds, evaluations]; NaN where a run has not come so far."""
    longest = max(len(curve) for curve in curves)
    rows = [numpy.pad(curve, (0, longest - len(curve)), constant_values=numpy.nan)
            for curve in curves]  # fmt: skip
    return numpy.stack(rows)


def epochs_of(runs: Sequence[Outcome]) -> Curve:
    """Those of the run that has come farthest."""
    return max((run.epochs for run in runs), key=len)


def _draw(axes: Axes, line: Line, curves: Sequence[Curve], name: str, colour: str) -> Curve:
    """Thin lines and their median, which is returned."""
    values = together(curves)
    draw_curve(axes, epochs_of(line.runs), values, label=name, colour=colour)
    return median(values)


def _show_training(axes: Axes, line: Line) -> str:
    """The shares of training images; returns the caption's words on them.

    All of them end at 0, so names at the lines' ends would say nothing: they stand in a legend, in
    the order in which the lines begin.
    """
    noisy = line.short.replace(" wrong", " wrong labels") if line.runs[0].noise else line.name
    axes.set_title(f"training images, {noisy}: share in %")
    begins = {}
    for column, name, colour in SHARES:
        curves = [run.shares[column] for run in line.runs]
        if not all(numpy.isnan(curve).all() for curve in curves):
            begins[name] = _draw(axes, line, curves, name, colour)[0]
    if not begins:
        return ""
    handles = {str(each.get_label()): each for each in axes.lines}
    axes.legend(
        [handles[name] for name in sorted(begins, key=lambda name: -begins[name])],
        sorted(begins, key=lambda name: -begins[name]),
        loc="center left",
        bbox_to_anchor=(1.0, 0.5),
        labelcolor="linecolor",
        handlelength=0.8,
        prop={"size": 14, "weight": "bold"},
    )
    right = "of the training images whose label is right, how many the network answers otherwise"
    wrong = (
        "of those whose label is wrong, how many it answers otherwise, and how many with the class"
        " they really have"
    )
    return f" Below: {right}{f'; and {wrong}' if len(begins) > 1 else ''}.{_said_of_seeds(line)}"


def _said_of_seeds(line: Line) -> str:
    return " Thin lines are seeds, bold ones their median." if len(line.runs) > 1 else ""


def _show_lag(axes: Axes, line: Line) -> str:
    """The dotted curve of the test error with running statistics, where they were measured."""
    curves = [run.lagging_error for run in line.runs]
    if all(numpy.isnan(curve).all() for curve in curves):
        return ""
    lagging, dots = median(together(curves)), (0, (1, 1.6))
    axes.plot(
        epochs_of(line.runs), lagging, color=line.colour, linewidth=2, linestyle=dots, zorder=2
    )
    text = "dotted: with batch norm's running statistics"
    axes.set_title(text, loc="right", color=line.colour, size=14, weight="normal")
    return (
        f" The dotted curve is that of {line.short} with batch norm's running statistics; the solid"
        " ones are with fresh ones."
    )


def _mark_peak(test: Axes, train: Axes, line: Line) -> str:
    """The dashed line at the highest bump of the median, in both panels; the caption's words."""
    epochs = epochs_of(line.runs)
    middle = median(together([run.test_error for run in line.runs]))
    bump = highest_bump(smoothed(middle, WINDOW))
    is_over = all(run.is_whole for run in line.runs)
    peak = mark_bump(test, epochs, bump, f"{line.short}, smoothed", is_over)
    if peak is None:
        return ""
    mark_threshold(train, peak, "peak")
    return (
        f" The dashed line is at the peak of {line.short}; it and the numbers beside it are those"
        f" of the bold curve smoothed by a median over {WINDOW} evaluations."
    )
