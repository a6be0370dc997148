"""One curve, with fits before, at and beyond its peak; and, if measured, what that is made of."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.double_descent_polynomial.drawing import (
    draw_errors,
    draw_fit,
    scientific,
    where_lower,
)
from experiments.double_descent_polynomial.measured import Curve
from experiments.double_descent_polynomial.naming import (
    drawn_once,
    names_of,
    polynomials,
    unlike_the_lecture,
)
from experiments.double_descent_polynomial.placing import Statement, place
from research.evidence.style import BLUE, GREEN, caption, slide, wrapped
from research.evidence.threshold_figure import mark_threshold

MUCH = 1e3
"""How much lower the error at Chebyshev's nodes must be for the figure to say so."""


def curve_figure(curve: Curve, nodes: Curve | None, repeated: Mapping[str, str]) -> Figure:
    """A curve with its fits, if kept.

    Args:
        curve: what is shown.
        nodes: the same at Chebyshev's nodes, to be drawn beside it; its only other setting.
        repeated: runs that are not drawn, and which others they are like.
    """
    figure = slide(height=7.2)
    grid = figure.add_gridspec(3, 2, width_ratios=(2.4, 1))
    axes = figure.add_subplot(grid[:, 0] if curve.has_fits else grid[:, :])
    shown = [curve] if nodes is None else [curve, nodes]
    names = [""] if nodes is None else names_of(shown)
    draw_errors(axes, shown, names, curve.settings.all_parameters_to, gap=0.05)
    axes.set_ylabel("test error (mean square)")
    unlike = wrapped(unlike_the_lecture(curve), 44)
    axes.set_title(f"{_title(curve)}\n{unlike}".strip())
    mark_threshold(axes, curve.examples, f"P = n = {curve.examples}", height=0.995)
    for row, (title, parameters) in enumerate(_chosen(curve)):
        panel = figure.add_subplot(grid[row, 1])
        draw_fit(panel, curve, parameters)
        panel.set_title(f"P = {parameters}: {title}", size=15, pad=6)
        if row == 0:
            _add_legend(panel)
    height = _height(curve, nodes) if nodes else ""
    lower = where_lower(shown, names, curve.settings.all_parameters_to)
    place(figure, axes, [*_statements(axes, curve, height), *lower])
    about = f"{_about(curve, nodes)} {drawn_once(shown, repeated)}".strip()
    caption(figure, _headline(curve, height), about)
    return figure


def _add_legend(panel: Axes) -> None:
    """Below all that a fit panel shows."""
    low, high = panel.get_ylim()
    panel.set_ylim(low - 0.25 * (high - low), high)
    panel.legend(
        loc="lower center",
        ncols=3,
        fontsize=12,
        handlelength=1,
        columnspacing=0.8,
        borderaxespad=0.1,
        frameon=True,
        edgecolor="none",
    )


def _title(curve: Curve) -> str:
    draws = curve.settings.draws
    number = "one draw" if draws == 1 else f"{draws} draws and their median"
    return f"{'Double descent' if curve.descends_twice else 'Test error'}: {number}"


def _headline(curve: Curve, height: str) -> str:
    """What the caption begins with."""
    made_of = ", and what its peak is made of" if height else ""
    if curve.descends_twice:
        return f"Double descent of polynomials{made_of}"
    return "Test error of polynomials over their number of coefficients"


def _about(curve: Curve, nodes: Curve | None) -> str:
    settings = curve.settings
    fitted = f"ridge {settings.ridge:g}" if settings.ridge else "the least norm of coefficients"
    noise = f"noise {settings.noise:g}" if settings.noise else "no noise"
    places = names_of([curve] if nodes is None else [curve, nodes])
    where = places[0].split(", ")[-1] if nodes is None else " and ".join(places)
    right = " Right: the fits to one draw." if curve.has_fits else ""
    return (
        f"{curve.examples} examples of {settings.target} with {noise}, {where}, fitted by"
        f" {polynomials(settings)} with {fitted}. {'Left: t' if right else 'T'}est error at"
        f" equispaced points without noise.{right}"
    )


def _chosen(curve: Curve) -> list[tuple[str, int]]:
    """Numbers of coefficients whose fits are shown, with their titles."""
    if not curve.has_fits:
        return []
    chosen = [("best before n", curve.best(curve.before)[0]), ("as many as n", curve.examples)]
    if curve.beyond.any():
        chosen.append(("best beyond n", curve.best(curve.beyond)[0]))
    return chosen


def _statements(axes: Axes, curve: Curve, height: str) -> list[Statement]:
    """The two statements that belong to the curve, as far as it shows them."""
    to_panel = axes.transData + axes.transAxes.inverted()
    threshold = float(to_panel.transform((curve.examples, axes.get_ylim()[0]))[0])
    statements = []
    if curve.descends_twice:
        statements.append(Statement(_descents(curve), (0.03, 0.92), BLUE))
    if height:
        statements.append(Statement(height, (threshold + 0.09, 0.92), GREEN))
    return statements


def _height(curve: Curve, nodes: Curve) -> str:
    """What the peak is made of; nothing where the two do not show it."""
    there, here = nodes.median_at_threshold, curve.median_at_threshold
    if not curve.descends_twice or there * MUCH > here:
        return ""
    return (
        f"The height of the peak,\n{scientific(here)}, is the\nconditioning of\n"
        "equispaced examples,\nnot statistics: the same\nnoise at Chebyshev's\n"
        f"nodes has {scientific(there)} there."
    )


def _descents(curve: Curve) -> str:
    """Which descent reaches lower."""
    first, second = curve.best(curve.before)[1], curve.best(curve.beyond)[1]
    beats = "beats" if second < first else "does not beat"
    numbers = f"{scientific(second)} against {scientific(first)}"
    return f"The second descent\n{beats} the first:\n{numbers}."
