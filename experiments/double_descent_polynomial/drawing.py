"""What the figures share: names and colours of variants, axes of errors, and one draw's fit."""

import math
from collections.abc import Sequence

import numpy
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator, NullLocator

from experiments.double_descent_polynomial.measured import Curve, Floats
from research.evidence.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PURPLE,
    VERMILLION,
    LineLabel,
    label_lines,
)
from research.evidence.threshold_figure import draw_curve

COLOURS = {
    "lecture": BLUE,
    "legendre": ORANGE,
    "monomial": VERMILLION,
    "nodes": GREEN,
    "uniform": PURPLE,
    "noiseless": BLACK,
    "ridge": ORANGE,
    "schaeffer": BLUE,
}
LOWEST = 1e-5
"""Errors below are not drawn: those without noise go down to rounding."""
HIGHEST = {"sin(4.5x)": 2.4, "2x+cos(25x)": 4.0}
"""Fits are shown up to this height, and as far below zero, by what is learned."""


def truth(x: Floats, target: str) -> Floats:
    """What is learned."""
    return numpy.sin(4.5 * x) if target == "sin(4.5x)" else 2 * x + numpy.cos(25 * x)


def draw_errors(
    axes: Axes, curves: Sequence[Curve], names: Sequence[str], last: int, gap: float = 0.085
) -> None:
    """Test error over coefficients, up to `last`, with names at the ends of the medians.

    Args:
        axes: the panel.
        curves: what is drawn.
        names: of each.
        last: the number of coefficients at the right end.
        gap: least distance between two names, as a share of the panel's height.
    """
    labels = []
    for curve, name in zip(curves, names, strict=True):
        shown = curve.parameters <= last
        colour = COLOURS.get(curve.store.variant, GREY)
        test = curve.test[:, shown]
        bold = draw_curve(axes, curve.parameters[shown], test, label=name, colour=colour)
        end = float(numpy.asarray(bold.get_ydata())[-1])
        labels.append(LineLabel(max(end, LOWEST), name, colour))
    axes.set_yscale("log")
    axes.set_ylim(LOWEST, _top(curves))
    axes.yaxis.set_major_locator(LogLocator(base=10, numticks=8))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda error, _: power_of_ten(error)))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_xlim(1, last)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.set_xlabel("coefficients P")
    label_lines(axes, labels, gap=gap)


def _top(curves: Sequence[Curve]) -> float:
    """Above the highest peak, and with a third of the height free above the start."""
    start = max(float(curve.median[0]) for curve in curves)
    highest = max(float(curve.test.max()) for curve in curves)
    return max(10 * highest, LOWEST * math.pow(start / LOWEST, 1.5))


def draw_examples(axes: Axes, curve: Curve) -> None:
    """The examples of the first draw, and what is learned."""
    x, y = curve.examples_of_first_draw()
    places = numpy.linspace(-1, 1, 400)
    axes.plot(places, truth(places, curve.settings.target), color=GREY, lw=1.5, zorder=1)
    axes.plot(x, y, "o", color=BLUE, markersize=4, zorder=3)
    highest = HIGHEST[curve.settings.target]
    axes.set(xlim=(-1.03, 1.03), ylim=(-highest, highest))
    axes.xaxis.set_major_locator(FixedLocator([-1, 0, 1]))
    axes.yaxis.set_major_locator(FixedLocator([-2, 0, 2]))
    axes.tick_params(labelsize=12)


def draw_fit(axes: Axes, curve: Curve, parameters: int) -> None:
    """The same, with the fit that has so many coefficients."""
    draw_examples(axes, curve)
    axes.plot(*curve.fit(parameters), color=VERMILLION, lw=2, zorder=2)


def scientific(number: float) -> str:
    """A number as a slide has it: 0.13, 1,234, or 7 × 10¹⁹ from ten thousand on."""
    if number == 0 or 1e-3 <= number < 1e4:
        return f"{number:.2g}" if number < 99.5 else f"{number:,.0f}"
    mantissa, _, exponent = f"{number:.0e}".partition("e")
    return f"{mantissa} × 10{_superscript(int(exponent))}"


def power_of_ten(number: float) -> str:
    """The label of a tick, such as 10⁻⁴; without TeX, which takes long to lay out."""
    return f"10{_superscript(round(math.log10(number)))}"


def _superscript(exponent: int) -> str:
    return str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))
