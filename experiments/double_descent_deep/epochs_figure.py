"""The curve over epochs: test error above, and below it what the network says of its own labels."""

from collections.abc import Sequence

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from experiments.double_descent_deep.bump import WINDOW, highest_bump, smoothed
from experiments.double_descent_deep.outcomes import Curve, Outcome
from research.evidence.style import (
    BLUE,
    GREEN,
    GREY,
    HALO,
    PURPLE,
    VERMILLION,
    LineLabel,
    caption,
    label_lines,
    slide,
)
from research.evidence.threshold_figure import draw_curve, mark_threshold, median

NOISE = "noise"
CURVES = (("noise40", PURPLE), (NOISE, VERMILLION), ("clean", BLUE))
"""The variants of the curve over epochs, and their colours."""

SHARES = (
    ("error_on_noisy", "wrong labels\nnot yet learned", VERMILLION),
    ("truth_on_noisy", "wrong labels,\nright answers", GREEN),
    ("error_on_clean", "right labels\nnot yet learned", BLUE),
)
"""What the lower panel shows of the training images: column, name and colour."""


def epochs_figure(outcomes: Sequence[Outcome]) -> Figure:
    """Two panels over the same epochs; bold lines are medians over seeds, thin ones the seeds."""
    figure = slide()
    test, train = figure.subplots(2, 1, sharex=True, height_ratios=[1.3, 1])
    labels, of_parts = [], []
    for variant, colour in CURVES:
        runs = started(outcomes, variant)
        curves = [run.test_error for run in runs]
        labels += _draw(test, runs, curves, _name(runs), colour, at_its_end=True)
    noisy = started(outcomes, NOISE)
    for column, name, colour in SHARES:
        curves = [run.shares[column] for run in noisy]
        of_parts += _draw(train, noisy, curves, name, colour, at_its_end=False)
    test.set_title("test error, in %")
    share = f" with {100 * noisy[0].noise:g} % wrong labels" if noisy else ""
    train.set_title(f"training images{share}: share of each kind, in %")
    epochs_axis(train)
    _show_lag(test, noisy)
    test.margins(x=0)
    for axes, names in ((test, labels), (train, of_parts)):
        headroom(axes)
        if names:
            label_lines(axes, names, size=14, gap=0.2)
        else:
            nothing(axes)
    _mark_peak(test, train, noisy)
    caption(
        figure,
        "The test error over the epochs, with and without wrong labels",
        "Above: test error. Below: of the training images whose label is wrong, how many the"
        " network answers otherwise, and how many with the class they really have; and of those"
        " whose label is right, how many it answers otherwise. Thin lines are seeds, bold ones"
        f" their median. The dashed line is where the median, smoothed over {WINDOW} evaluations,"
        " has its highest bump; the dotted curve is the same network evaluated with batch norm's"
        " running statistics.",
    )
    return figure


def epochs_axis(axes: Axes) -> None:
    """A logarithmic axis of epochs, with plain numbers at its ticks."""
    axes.set_xlabel("epochs (log scale)")
    axes.set_xscale("log")
    axes.margins(x=0)
    axes.xaxis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())


def headroom(axes: Axes) -> None:
    """Room above all curves for what is said of the peak."""
    low, high = axes.get_ylim()
    axes.set_ylim(low, high + 0.12 * (high - low))


def nothing(axes: Axes) -> None:
    """Says so where a panel has no line."""
    axes.text(0.5, 0.5, "nothing measured", transform=axes.transAxes, ha="center", color=GREY)


def started(outcomes: Sequence[Outcome], variant: str) -> list[Outcome]:
    """The runs of a variant that have been evaluated."""
    return [each for each in outcomes if each.variant == variant and len(each.epochs)]


def together(curves: Sequence[Curve]) -> Curve:
    """Curves as rows, [seeds, evaluations]; NaN where a run has not come so far."""
    longest = max(len(curve) for curve in curves)
    rows = [numpy.pad(curve, (0, longest - len(curve)), constant_values=numpy.nan)
            for curve in curves]  # fmt: skip
    return numpy.stack(rows)


def _name(runs: Sequence[Outcome]) -> str:
    if runs and not runs[0].noise:
        return "all labels right"
    return f"{100 * runs[0].noise:g} % of the\nlabels wrong" if runs else ""


def _draw(
    axes: Axes,
    runs: Sequence[Outcome],
    curves: Sequence[Curve],
    name: str,
    colour: str,
    at_its_end: bool,
) -> list[LineLabel]:
    """Thin lines and their median; returns its name, at its end or where it is highest.

    Curves that all end at 0 are told apart by where they come from.
    """
    if all(numpy.isnan(curve).all() for curve in curves):
        return []
    epochs = max((run.epochs for run in runs), key=len)
    values = together(curves)
    draw_curve(axes, epochs, values, label=name, colour=colour)
    middle = median(values)
    return [LineLabel(float(middle[-1] if at_its_end else middle.max()), name, colour)]


def _show_lag(axes: Axes, runs: Sequence[Outcome]) -> None:
    """The dotted curve of the test error with running statistics, where they were measured."""
    curves = [run.lagging_error for run in runs]
    if all(numpy.isnan(curve).all() for curve in curves):
        return
    epochs = max((run.epochs for run in runs), key=len)
    dots = (0, (1, 1.6))
    lagging = median(together(curves))
    axes.plot(epochs, lagging, color=VERMILLION, linewidth=2, linestyle=dots, zorder=2)
    axes.text(
        0.01,
        0.04,
        "dotted: with batch norm's running statistics",
        transform=axes.transAxes,
        color=VERMILLION,
        size=14,
        path_effects=HALO,
    )


def _mark_peak(test: Axes, train: Axes, runs: Sequence[Outcome]) -> None:
    """The dashed line at the highest bump of the median, in both panels."""
    if not runs:
        return
    epochs = max((run.epochs for run in runs), key=len)
    bump = highest_bump(smoothed(median(together([run.test_error for run in runs])), WINDOW))
    if bump is None or bump.height <= 0:
        return
    peak = float(epochs[bump.peak])
    text = f"{100 * runs[0].noise:g} %: up by {bump.rise:.1f} points, down by {bump.fall:.1f}"
    mark_threshold(test, peak, text)
    mark_threshold(train, peak, "")
