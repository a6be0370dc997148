"""The lecture's animation: the fit and the curve, growing with the degree.

What stands still is drawn once, into an image; a frame adds the fit and the curve so far.
"""

from collections.abc import Sequence

import numpy
from matplotlib.animation import FuncAnimation
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from experiments.double_descent_polynomial.drawing import (
    draw_errors,
    draw_examples,
)
from experiments.double_descent_polynomial.measured import Curve
from research.evidence.gif import GIF_DOTS_PER_INCH
from research.evidence.style import BLUE, HALO, VERMILLION, caption, slide
from research.evidence.threshold_figure import mark_threshold

MILLISECONDS, HOLD = 140, 7
"""Time of each frame, and how many times the last one is shown again."""
DENSE = 0.1
"""Every degree is shown up to this share of n, and this far around it; every fourth elsewhere."""


def growing(curve: Curve) -> FuncAnimation:
    """The first draw's fit beside the median test error up to the same degree."""
    figure, (left, right) = _panels(curve)
    moments = _moments(curve)
    fits = [curve.fit(parameters) for parameters in moments]
    [line] = left.plot([], [], color=VERMILLION, lw=2.2)
    [path] = right.plot([], [], color=BLUE, lw=3)
    [dot] = right.plot([], [], "o", color=VERMILLION, markersize=10)
    text = left.text(
        0.03,
        0.99,
        "",
        transform=left.transAxes,
        size=17,
        weight="bold",
        va="top",
        path_effects=HALO,
    )

    def show(frame: int) -> list[Artist]:
        now = min(frame, len(moments) - 1)
        until = int(numpy.searchsorted(curve.parameters, moments[now]))
        line.set_data(*fits[now])
        path.set_data(curve.parameters[: until + 1], curve.median[: until + 1])
        dot.set_data([moments[now]], [curve.median[until]])
        text.set_text(f"P = {moments[now]} coefficients")
        return []

    caption(
        figure,
        "Fit and test error as the degree grows",
        "Left: one draw of the noise, and the minimum-norm fit to it. Right: the test error of the"
        " fit with so many coefficients, median over draws. Degrees beyond"
        f" {curve.settings.all_degrees_to} are left out.",
    )
    return FuncAnimation(figure, show, frames=len(moments) + HOLD, interval=MILLISECONDS)


def _moments(curve: Curve) -> Sequence[int]:
    """The numbers of coefficients that are shown: close to each other where things happen."""
    last, n = curve.settings.all_parameters_to, curve.examples
    shown = {
        p
        for p in range(1, last + 1)
        if p <= DENSE * n or abs(p - n) <= DENSE * n or p % 4 == n % 4 or p == last
    }
    return sorted(shown & {int(p) for p in curve.parameters})


def _panels(curve: Curve) -> tuple[Figure, list[Axes]]:
    """A figure with all that stands still as its background, and empty panels over it."""
    still = slide(width=10.5, height=4.4)
    still.set_dpi(GIF_DOTS_PER_INCH)
    drawn = list(still.subplots(1, 2, width_ratios=(1, 1.1)))
    draw_examples(drawn[0], curve)
    lowest, highest = drawn[0].get_ylim()
    drawn[0].set_ylim(lowest, 1.25 * highest)  # room for the number of coefficients
    drawn[0].set_title("one draw and its fit", size=15)
    draw_errors(drawn[1], [curve], [""], curve.settings.all_parameters_to)
    for each in drawn[1].lines:
        each.set_visible(False)
    mark_threshold(drawn[1], curve.examples, f"P = n = {curve.examples}", height=0.995)
    drawn[1].set_title("median test error", size=15)
    canvas = FigureCanvasAgg(still)
    canvas.draw()  # type: ignore[no-untyped-call]

    width, height = still.get_size_inches()
    figure = Figure(figsize=(width, height), dpi=GIF_DOTS_PER_INCH)
    background = figure.add_axes((0, 0, 1, 1))
    pixels = numpy.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    background.imshow(pixels, aspect="auto", interpolation="nearest")
    background.set_axis_off()
    return figure, [_over(figure, axes) for axes in drawn]


def _over(figure: Figure, axes: Axes) -> Axes:
    """An empty panel where another was, with its limits and scale."""
    panel = figure.add_axes(axes.get_position().bounds)
    panel.set(xlim=axes.get_xlim(), yscale=axes.get_yscale(), ylim=axes.get_ylim())
    panel.set_axis_off()
    return panel
