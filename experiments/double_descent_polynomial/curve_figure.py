"""The lecture's curve with what its peak is made of, and fits before, at and beyond it."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.double_descent_polynomial.drawing import draw_errors, draw_fit, scientific
from experiments.double_descent_polynomial.measured import Curve
from research.evidence.style import BLUE, GREEN, HALO, caption, slide
from research.evidence.threshold_figure import mark_threshold

MUCH = 1e3
"""How much lower the error at Chebyshev's nodes must be for the figure to say so."""


def curve_figure(curves: Mapping[str, Curve]) -> Figure:
    """The curve of `lecture`, beside that of `nodes` if there is one, and its fits if kept."""
    lecture = curves["lecture"]
    figure = slide(height=7.2)
    grid = figure.add_gridspec(3, 2, width_ratios=(2.4, 1))
    axes = figure.add_subplot(grid[:, 0] if lecture.has_fits else grid[:, :])
    shown = [curves[name] for name in ("lecture", "nodes") if name in curves]
    last = lecture.settings.all_parameters_to
    draw_errors(axes, shown, ["equispaced", "Chebyshev\nnodes"][: len(shown)], last, gap=0.13)
    axes.set_ylabel("test error (mean square)")
    axes.set_title(f"Double descent: {lecture.settings.draws} draws and their median")
    mark_threshold(axes, lecture.examples, f"P = n = {lecture.examples}", height=0.995)
    _say(axes, curves)
    for row, (title, parameters) in enumerate(_chosen(lecture)):
        panel = figure.add_subplot(grid[row, 1])
        draw_fit(panel, lecture, parameters)
        panel.set_title(f"P = {parameters}: {title}", size=15, pad=6)
    caption(
        figure,
        "Double descent of polynomials, and what its peak is made of",
        f"{lecture.examples} examples of {lecture.settings.target} with noise"
        f" {lecture.settings.noise:g}; the coefficients of Chebyshev polynomials with the least"
        " norm. Left: test error at equispaced points without noise. Right: the fits to one draw.",
    )
    return figure


def _chosen(curve: Curve) -> list[tuple[str, int]]:
    """Numbers of coefficients whose fits are shown, with their titles."""
    if not curve.has_fits:
        return []
    chosen = [("best before n", curve.best(curve.before)[0]), ("as many as n", curve.examples)]
    if curve.beyond.any():
        chosen.append(("best beyond n", curve.best(curve.beyond)[0]))
    return chosen


def _say(axes: Axes, curves: Mapping[str, Curve]) -> None:
    """The two statements that belong to the curve, with their numbers."""
    lecture = curves["lecture"]
    height = _height(lecture, curves["nodes"]) if "nodes" in curves else ""
    descents = _descents(lecture) if lecture.beyond.any() else ""
    for x, text, colour in ((0.58, height, GREEN), (0.03, descents, BLUE)):
        axes.text(
            x,
            0.92,
            text,
            transform=axes.transAxes,
            va="top",
            size=15,
            weight="bold",
            color=colour,
            path_effects=HALO,
            zorder=5,
        )


def _height(lecture: Curve, nodes: Curve) -> str:
    """What the peak is made of; nothing where the two do not show it."""
    there, here = nodes.median_at_threshold, lecture.median_at_threshold
    if there * MUCH > here:
        return ""
    return (
        f"The height of the peak,\n{scientific(here)}, is the conditioning\nof equispaced examples,"
        f"\nnot statistics: the same\nnoise at Chebyshev's\nnodes has {scientific(there)} there."
    )


def _descents(lecture: Curve) -> str:
    """Which descent ends lower."""
    first, second = lecture.best(lecture.before)[1], lecture.best(lecture.beyond)[1]
    beats = "beats" if second < first else "does not beat"
    return (
        f"The second descent\n{beats}\nthe first:\n{scientific(second)} against"
        f" {scientific(first)}."
    )
