"""What the figures share: names and colours of variants, axes of errors, and one draw's fit."""

import math
from collections.abc import Sequence

import numpy
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from experiments.double_descent_polynomial.measured import Curve, Floats
from experiments.double_descent_polynomial.placing import Statement
from research.evidence.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PALETTE,
    PURPLE,
    VERMILLION,
    YELLOW,
    LineLabel,
    label_lines,
    pushed_apart,
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
ABOVE = 0.06
"""Share of a panel's height that stays free above its highest error."""
MORE = (GREY, YELLOW)
"""Colours for more curves than the palette has."""
HIGHEST = {"sin(4.5x)": 2.4, "2x+cos(25x)": 4.0}
"""Fits are shown up to this height, and as far below zero, by what is learned."""


def truth(x: Floats, target: str) -> Floats:
    """What is learned."""
    return numpy.sin(4.5 * x) if target == "sin(4.5x)" else 2 * x + numpy.cos(25 * x)


def draw_errors(
    axes: Axes, curves: Sequence[Curve], names: Sequence[str], last: int, gap: float = 0.05
) -> None:
    """Test error over coefficients, up to `last`, with names at the ends of the medians.

    Args:
        axes: the panel; the scale of x is kept.
        curves: what is drawn.
        names: of each.
        last: the number of coefficients at the right end.
        gap: least distance between two names, as a share of the panel's height.
    """
    low, high = _limits(curves, last)
    axes.set(yscale="log", ylim=(low, high), xlim=(1, last), xlabel="coefficients P")
    labels = []
    for curve, name, colour in zip(curves, names, colours_of(curves), strict=True):
        shown = curve.parameters <= last
        test = curve.test[:, shown]
        bold = draw_curve(axes, curve.parameters[shown], test, label=name, colour=colour)
        end = float(numpy.asarray(bold.get_ydata())[-1])
        labels.append(LineLabel(max(end, low), name, colour))
    stride = max(1, round(math.log10(high / low) / 6))
    axes.yaxis.set_major_locator(FixedLocator([10.0**k for k in range(-6, 100) if k % stride == 0]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda error, _: power_of_ten(error)))
    axes.yaxis.set_minor_locator(NullLocator())
    if axes.get_xscale() == "linear":
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    label_lines(axes, _apart(axes, labels, gap), gap=0.0)


def colours_of(curves: Sequence[Curve]) -> list[str]:
    """A colour for each: its variant's in every panel, unless another one here has that."""
    taken: list[str] = []
    for curve in curves:
        own = COLOURS.get(curve.store.variant, GREY)
        taken.append(own if own not in taken else next(c for c in PALETTE + MORE if c not in taken))
    return taken


def _limits(curves: Sequence[Curve], last: int) -> tuple[float, float]:
    """A bit below and above all errors that are shown."""
    errors = [curve.test[:, curve.parameters <= last] for curve in curves]
    least = min(float(each.min()) for each in errors)
    highest = max(float(each.max()) for each in errors)
    low = max(LOWEST, 0.6 * least)
    highest = max(highest, 10 * low)
    return low, highest * max(2.0, math.pow(highest / low, ABOVE))


def where_lower(curves: Sequence[Curve], names: Sequence[str], last: int) -> list[Statement]:
    """What is to be said of medians that leave the panel at its bottom: from where to where."""
    said = []
    for curve, name, colour in zip(curves, names, colours_of(curves), strict=True):
        below = curve.parameters[(curve.median < LOWEST) & (curve.parameters <= last)]
        if len(below):
            words = f"{name}: below" if name else "Below"
            text = f"{words} {power_of_ten(LOWEST)}\nfrom P = {below[0]} to {below[-1]}"
            said.append(Statement(text, (0.03, 0.75), colour, size=13))
    return said


def _apart(axes: Axes, labels: Sequence[LineLabel], gap: float) -> list[LineLabel]:
    """The same names, as far apart as they have to be, and as near to their lines as they can."""
    to_panel = axes.transData + axes.transAxes.inverted()
    ordered = sorted(labels, key=lambda label: label.height)
    shares = [float(to_panel.transform((1, label.height))[1]) for label in ordered]
    up = pushed_apart(shares, gap)
    down = [1 - share for share in pushed_apart([1 - share for share in shares[::-1]], gap)][::-1]
    low, high = axes.get_ylim()
    return [
        LineLabel(low * (high / low) ** ((one + other) / 2), label.text, label.colour)
        for label, one, other in zip(ordered, up, down, strict=True)
    ]


def draw_examples(axes: Axes, curve: Curve) -> None:
    """The examples of the first draw, and what is learned."""
    x, y = curve.examples_of_first_draw()
    places = numpy.linspace(-1, 1, 400)
    axes.plot(
        places, truth(places, curve.settings.target), color=GREY, lw=1.5, zorder=1, label="target"
    )
    axes.plot(x, y, "o", color=BLUE, markersize=4, zorder=3, label="examples")
    highest = HIGHEST[curve.settings.target]
    axes.set(xlim=(-1.03, 1.03), ylim=(-highest, highest))
    axes.xaxis.set_major_locator(FixedLocator([-1, 0, 1]))
    axes.yaxis.set_major_locator(FixedLocator([-2, 0, 2]))
    axes.tick_params(labelsize=12)


def draw_fit(axes: Axes, curve: Curve, parameters: int) -> None:
    """The same, with the fit that has so many coefficients."""
    draw_examples(axes, curve)
    axes.plot(*curve.fit(parameters), color=VERMILLION, lw=2, zorder=2, label="fit")


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
