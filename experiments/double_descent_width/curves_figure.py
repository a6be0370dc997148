"""The figures of double_descent_width: loss and error over the number of parameters."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from experiments.double_descent_width.readings import Floats, Reading
from research.evidence.style import (
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
)
from research.evidence.threshold_figure import draw_curve, mark_threshold, median

TICKS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


@dataclass(frozen=True)
class Curve:
    """The runs of a variant, and how they are drawn.

    Attributes:
        readings: its runs; their networks are drawn together.
        name: in the legend.
        colour: of the line.
    """

    readings: Sequence[Reading]
    name: str
    colour: str

    @property
    def shares(self) -> Floats:
        """Parameters over nK, of the run that has most widths."""
        return max((each.shares for each in self.readings), key=len)

    def values(self, name: str) -> Floats:
        """A curve of all networks: [networks, W], NaN where a run has not come so far."""
        length = len(self.shares)
        rows = [
            numpy.pad(each.curves[name], ((0, 0), (0, length - len(each.widths))),
                      constant_values=numpy.nan)
            for each in self.readings
        ]  # fmt: skip
        return numpy.concatenate(rows)


LOOKS = {
    "late": ("reused up to 1.6 nK", PURPLE),
    "noise": ("reused up to nK", VERMILLION),
    "early": ("reused up to 0.65 nK", ORANGE),
    "scratch": ("not reused", BLUE),
    "adam": ("not reused, Adam", GREEN),
}
"""Names and colours of the variants with wrong labels; later ones lie on top."""


def losses_figure(curve: Curve, title: str) -> Figure:
    """Loss and error of one variant, on the training and the test images."""
    figure = slide(height=6.2)
    left, right = figure.subplots(1, 2)
    for axes, kind, label in (
        (left, "loss", "squared loss of an image"),
        (right, "error", "share of wrong classes"),
    ):
        _draw_both(axes, curve, kind)
        axes.set_ylabel(label)
    left.set_title("Squared loss")
    right.set_title("Classification error")
    caption(
        figure,
        f"Double descent over the width: {title}",
        "Thin lines are networks, bold ones their median. The dashed line is at nK parameters, as"
        " many as numbers to be fitted: wider networks begin anew, narrower ones with the weights"
        " of the next narrower."
        if curve.readings[0].settings.reuse_until == 1
        else "Thin lines are networks, bold ones their median. The dashed line is at nK parameters,"
        " as many as numbers to be fitted.",
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
    mark_threshold(axes, 1.0, "nK")
    label_lines(axes, labels, size=14)


def peak_figure(clean: Curve | None, noisy: Sequence[Curve]) -> Figure:
    """Left: the curve of the source. Right: what becomes of it where reuse stops elsewhere.

    Args:
        clean: weights reused up to nK, right labels; None leaves the panel out.
        noisy: the variants with wrong labels; none leaves the panel out.
    """
    figure = slide(height=6.8)
    panels = list(figure.subplots(1, bool(clean) + bool(noisy), squeeze=False).flat)
    if clean:
        _draw_both(panels[0], clean, "loss")
        panels[0].set_title("Right labels, weights reused up to nK")
        panels[0].set_ylabel("squared loss of an image")
    if noisy:
        _draw_stops(panels[-1], noisy)
    caption(
        figure,
        "The peak of two-layer networks is where the reuse of weights stops",
        "Squared loss over the number of parameters. Thin lines are networks, bold ones their"
        " median. Left: a peak at nK parameters, as many as numbers to be fitted. Right: test loss"
        " with 15 % of the labels wrong. Up to a dashed line networks begin with the weights of the"
        " next narrower; the peak is there, wherever it is. Networks that never reuse weights have"
        " a low, broad hump or none.",
    )
    return figure


def _draw_stops(axes: Axes, curves: Sequence[Curve]) -> None:
    """Test loss with weights reused up to different widths, and without."""
    heights = [curve.values("test_loss") for curve in curves]
    for curve, values in zip(curves, heights, strict=True):
        draw_curve(axes, curve.shares, values, label=curve.name, colour=curve.colour)
    _finish(axes, max((curve.shares for curve in curves), key=len))
    axes.set_ylim(0, 1.6 * max(_highest(median(values)) for values in heights))
    axes.set_ylabel("test loss")
    axes.set_title("15 % of the labels wrong")
    for stop in sorted({curve.readings[0].settings.reuse_until for curve in curves} - {0.0}):
        axes.axvline(stop, color=GREY, linewidth=1.5, linestyle=(0, (4, 3)), zorder=1)
    axes.legend(loc="upper left", labelcolor="linecolor", handlelength=1, fontsize=14)


def _highest(values: Floats) -> float:
    return float(numpy.nanmax(values)) if numpy.isfinite(values).any() else 1.0


def _finish(axes: Axes, shares: Floats) -> None:
    axes.set_xscale("log")
    axes.set_xlim(shares[0], max(shares[-1], shares[0] * 1.01))
    axes.xaxis.set_major_locator(FixedLocator([tick for tick in TICKS if tick <= shares[-1]]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda share, _: f"{share:g}"))
    axes.set_xlabel("parameters over nK (log scale)")
