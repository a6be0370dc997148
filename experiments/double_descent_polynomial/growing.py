"""The lecture's animation: the fit and the curve, growing with the degree.

What stands still is drawn once, into an image; a frame adds the fit and the curve so far.
"""

from collections.abc import Sequence

import numpy
from matplotlib.animation import FuncAnimation
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.double_descent_polynomial.drawing import (
    draw_errors,
    draw_examples,
)
from experiments.double_descent_polynomial.measured import Curve
from experiments.double_descent_polynomial.naming import unlike_the_lecture
from research.evidence.still import over_still
from research.evidence.style import BLUE, VERMILLION, caption, slide
from research.evidence.threshold_figure import mark_threshold

MILLISECONDS, HOLD = 140, 7
"""Time of each frame, and how many times the last one is shown again."""
SHARP = 2
"""How many pixels there are for each that a screen of a GIF's usual density would show."""
TITLE_PAD = 8
"""Points between a panel and its title."""
DENSE = 0.1
"""Every degree is shown up to this share of n, and this far around it; every fourth elsewhere."""


def growing(curve: Curve) -> FuncAnimation:
    """The first draw's fit beside the median test error up to the same degree."""
    figure, (left, right) = _panels(curve)
    moments = _moments(curve)
    fits = [curve.fit(parameters) for parameters in moments]
    [line] = left.plot([], [], color=VERMILLION, lw=2.2 * SHARP)
    [path] = right.plot([], [], color=BLUE, lw=3 * SHARP)
    [dot] = right.plot([], [], "o", color=VERMILLION, markersize=10 * SHARP)
    text = left.annotate(
        "",
        (0, 1),
        xycoords="axes fraction",
        xytext=(0, TITLE_PAD * SHARP),
        textcoords="offset points",
        size=15 * SHARP,
        weight="bold",
        va="bottom",
    )

    def show(frame: int) -> list[Artist]:
        now = min(frame, len(moments) - 1)
        until = int(numpy.searchsorted(curve.parameters, moments[now]))
        line.set_data(*fits[now])
        path.set_data(curve.parameters[: until + 1], curve.median[: until + 1])
        dot.set_data([moments[now]], [curve.median[until]])
        text.set_text(f"P = {moments[now]} coefficients, fit to one draw")
        return []

    caption(
        figure,
        "Fit and test error as the degree grows",
        _about(curve),
    )
    return FuncAnimation(figure, show, frames=len(moments) + HOLD, interval=MILLISECONDS)


def _about(curve: Curve) -> str:
    settings = curve.settings
    draws = "one draw" if settings.draws == 1 else f"median over {settings.draws} draws"
    beyond = f" Degrees beyond {settings.all_degrees_to} are left out."
    unlike = unlike_the_lecture(curve)
    return (
        f"Left: the examples of one draw, and the fit to them{f' ({unlike})' if unlike else ''}."
        f" Right: the test error of the fit with so many coefficients, {draws}."
        f"{beyond if settings.more_degrees else ''}"
    )


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
    drawn = list(still.subplots(1, 2, width_ratios=(1, 1.1)))
    draw_examples(drawn[0], curve)
    drawn[0].set_title(" ", size=15, pad=TITLE_PAD)  # room for the number of coefficients
    draw_errors(drawn[1], [curve], [""], curve.settings.all_parameters_to)
    for each in drawn[1].lines:
        each.set_visible(False)
    mark_threshold(drawn[1], curve.examples, f"P = n = {curve.examples}", height=0.995)
    settings = curve.settings
    error = "test error" if settings.draws == 1 else f"test error, median of {settings.draws} draws"
    drawn[1].set_title(error, size=15, pad=TITLE_PAD)
    return over_still(still, drawn, SHARP)
