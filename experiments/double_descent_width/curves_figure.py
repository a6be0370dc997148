"""The figures of double_descent_width: loss and error over the number of parameters."""

from collections.abc import Sequence

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from experiments.double_descent_width.curve import Curve
from experiments.double_descent_width.naming import (
    images_of,
    labels_of,
    share_of,
    stop_of,
    threshold_of,
)
from experiments.double_descent_width.readings import Floats
from research.evidence.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    SKY,
    VERMILLION,
    LineLabel,
    caption,
    label_lines,
    pushed_apart,
    slide,
    wrapped,
)
from research.evidence.threshold_figure import draw_curve, median

TICKS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
STOPS = {"late": PURPLE, "noise": BLACK, "early": ORANGE, "scratch": SKY, "adam": GREEN}
"""Variants beside which reuse stops elsewhere, and their colours; later ones lie on top.

None of the colours is that of training or test images, which the panel beside them has.
"""


def losses_figure(curve: Curve) -> Figure:
    """Loss and error of one variant, on the training and the test images."""
    figure = slide(height=6.8)
    figure.suptitle(wrapped(curve.name, 90), x=0.01, ha="left", weight="bold", size=18)
    left, right = figure.subplots(1, 2)
    for axes, kind, label in (
        (left, "loss", "squared loss of an image"),
        (right, "error", "share of wrong classes"),
    ):
        _draw_both(axes, curve, kind)
        axes.set_ylabel(label)
    _title(left, "Squared loss")
    _title(right, "Classification error")
    _explain([left, right], [curve])
    caption(
        figure,
        f"Loss and error over the width: {curve.name}",
        f"{_said_of_all([curve])} {_said_of_stops([curve])}",
    )
    return figure


def peak_figure(clean: Curve | None, noisy: Sequence[Curve]) -> Figure:
    """Left: the curve of the source. Right: what becomes of it where reuse stops elsewhere.

    Args:
        clean: the runs of `clean`; None leaves the panel out.
        noisy: those of other variants; none leaves the panel out.
    """
    figure = slide(height=7.2)
    panels = list(figure.subplots(1, bool(clean) + bool(noisy), squeeze=False).flat)
    curves = [*([clean] if clean else []), *noisy]
    said = []
    if clean:
        _draw_both(panels[0], clean, "loss")
        _title(panels[0], f"{clean.name[0].upper()}{clean.name[1:]}")
        panels[0].set_ylabel("squared loss of an image")
        said.append(f"training and test loss, {clean.name}.")
    if noisy:
        _draw_stops(panels[-1], noisy)
        said.append(f"test loss{_common_labels(noisy)}.")
    _explain(panels, curves)
    sides = ("Left: ", "Right: ") if len(said) == 2 else ("Drawn: ",)
    both = " ".join(side + text for side, text in zip(sides, said, strict=True))
    caption(
        figure,
        "Two-layer networks of growing width: their loss, and where the reuse of weights stops",
        f"{_said_of_all(curves)} {both} {_said_of_stops(curves)}",
    )
    return figure


def _draw_both(axes: Axes, curve: Curve, kind: str) -> None:
    shares, labels = curve.shares, []
    for split, name, colour in (("train", "training", BLUE), ("test", "test", VERMILLION)):
        values = curve.values(f"{split}_{kind}")
        draw_curve(axes, shares, values, label=name, colour=colour)
        labels.append(LineLabel(float(median(values)[-1]), name, colour))
    _finish(axes, shares)
    axes.set_ylim(0, 1.12 * _highest(curve.values(f"test_{kind}")))
    _mark_stops(axes, curve.stops)
    label_lines(axes, labels, size=14)


def _draw_stops(axes: Axes, curves: Sequence[Curve]) -> None:
    """Test loss with weights reused up to different widths, and without."""
    heights = [curve.values("test_loss") for curve in curves]
    for curve, values in zip(curves, heights, strict=True):
        draw_curve(axes, curve.shares, values, label=curve.name, colour=curve.colour)
    _finish(axes, max((curve.shares for curve in curves), key=len))
    axes.set_ylim(0, 1.6 * max(_highest(median(values)) for values in heights))
    axes.set_ylabel("squared loss of a test image")
    _title(axes, f"Test loss{_common_labels(curves)}")
    _mark_stops(axes, set().union(*(curve.stops for curve in curves)))
    axes.legend(loc="upper left", labelcolor="linecolor", handlelength=1, fontsize=14)


def _common_labels(curves: Sequence[Curve]) -> str:
    """What the training labels of all curves are; nothing if they differ."""
    labels = {labels_of(curve.settings) for curve in curves}
    return f", {labels.pop()}" if len(labels) == 1 else ""


def _title(axes: Axes, text: str) -> None:
    """Above the names of the dashed lines."""
    axes.set_title(wrapped(text, 40), pad=32)


def _mark_stops(axes: Axes, stops: set[float]) -> None:
    """Dashed lines with their names above the panel, where no curve is."""
    low, high = axes.get_xlim()
    inside = sorted(stop for stop in stops if low <= stop <= high)
    to_panel = axes.transData + axes.transAxes.inverted()
    places = [float(to_panel.transform((stop, axes.get_ylim()[1]))[0]) for stop in inside]
    grid = axes.get_gridspec()
    gap = 0.06 * (grid.ncols if grid else 1)
    for stop, place in zip(inside, pushed_apart(places, gap), strict=True):
        axes.axvline(stop, color=GREY, linewidth=1.5, linestyle=(0, (4, 3)), zorder=1)
        axes.text(
            place,
            1.01,
            share_of(stop),
            transform=axes.transAxes,
            ha="center",
            va="bottom",
            color=GREY,
            size=14,
        )


def _explain(panels: Sequence[Axes], curves: Sequence[Curve]) -> None:
    """Says once what nK is, and once what thin and bold lines are, below the panels' axes."""
    said = [threshold_of(curves[0].settings)]
    if _have_networks(curves):
        said.append("bold: the median; thin: single networks")
    for index, text in enumerate(said):
        axes = panels[min(index, len(panels) - 1)]
        axes.set_xlabel(f"{axes.get_xlabel()}\n{text}")
    if len(said) < len(panels):
        panels[-1].set_xlabel(f"{panels[-1].get_xlabel()}\n")


def _have_networks(curves: Sequence[Curve]) -> bool:
    return any(len(curve.values("test_loss")) > 1 for curve in curves)


def _said_of_all(curves: Sequence[Curve]) -> str:
    """Of a caption, what the axes and the lines are."""
    settings = curves[0].settings
    lines = " Thin lines are networks, bold ones their median." if _have_networks(curves) else ""
    return (
        f"Networks trained on {images_of(settings)}, over their number of parameters in units of"
        f" nK, as many as numbers to be fitted: {threshold_of(settings)}.{lines}"
    )


def _said_of_stops(curves: Sequence[Curve]) -> str:
    """Of a caption, what the dashed lines are, and how much the test loss changes there."""
    if all(stop_of(curve.settings) is None for curve in curves):
        return "The dashed line is at nK. Every width begins anew."
    said = (
        "Dashed lines are at nK and where the reuse of weights stops: up to there networks begin"
        " with the weights of the next narrower, and wider ones begin anew."
    )
    changes = []
    for curve in curves:
        if pair := curve.around_stop():
            name = f" ({curve.name})" if len(curves) > 1 else ""
            changes.append(f"{pair[0]:.2f} and {pair[1]:.2f}{name}")
    if not changes:
        return said
    before = "Median test loss of the last width that reuses weights, and of the next"
    return f"{said} {before}: {', '.join(changes)}."


def _highest(values: Floats) -> float:
    return float(numpy.nanmax(values)) if numpy.isfinite(values).any() else 1.0


def _finish(axes: Axes, shares: Floats) -> None:
    axes.set_xscale("log")
    axes.set_xlim(shares[0], max(shares[-1], shares[0] * 1.01))
    axes.xaxis.set_major_locator(FixedLocator([tick for tick in TICKS if tick <= shares[-1]]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:g}"))
    axes.set_xlabel("parameters over nK (log scale)")
