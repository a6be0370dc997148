"""The same curve with other bases, other designs, without noise, with ridge, and Schaeffer's."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from experiments.double_descent_polynomial.drawing import draw_errors
from experiments.double_descent_polynomial.measured import Curve
from research.evidence.style import caption, slide
from research.evidence.threshold_figure import mark_threshold

Panel = tuple[str, Mapping[str, str]]


def variants_figure(curves: Mapping[str, Curve]) -> Figure:
    """Four panels; a variant that was not measured is left out of its panel."""
    figure = slide(height=7.5)
    for axes, (title, names) in zip(figure.subplots(2, 2).flat, _panels(curves), strict=True):
        shown = {name: text for name, text in names.items() if name in curves}
        axes.set_title(title, size=16)
        if shown:
            _draw(axes, [curves[name] for name in shown], list(shown.values()))
        else:
            axes.text(0.5, 0.5, "not measured", ha="center", transform=axes.transAxes)
    caption(
        figure,
        "What changes the curve: basis, places of the examples, noise, ridge",
        "Test error of minimum-norm polynomials over the number of coefficients, thin for each"
        " draw and bold for their median. Monomials: what float64 makes of them. Errors below"
        " 1e-5 are cut off: without noise they go down to rounding.",
    )
    return figure


def _panels(curves: Mapping[str, Curve]) -> Sequence[Panel]:
    """Titles, and names of variants; those of noise and ridge carry their numbers."""
    noise = f"noise {curves['lecture'].settings.noise:g}" if "lecture" in curves else ""
    ridge = f"ridge {curves['ridge'].settings.ridge:g}" if "ridge" in curves else ""
    return (
        ("Basis", {"lecture": "Chebyshev", "legendre": "Legendre", "monomial": "monomials"}),
        ("Places", {"lecture": "equispaced", "uniform": "at random", "nodes": "at nodes"}),
        ("Noise and ridge", {"lecture": noise, "noiseless": "no noise", "ridge": ridge}),
        ("Schaeffer et al., no noise", {"schaeffer": "Legendre,\nat random"}),
    )


def _draw(axes: Axes, curves: Sequence[Curve], names: Sequence[str]) -> None:
    last = max(int(curve.parameters[-1]) for curve in curves)
    draw_errors(axes, curves, names, last, gap=0.1)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda p, _: f"{p:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_ylabel("test error")
    mark_threshold(axes, curves[0].examples, f"P = n = {curves[0].examples}", height=0.99)
