"""One curve, with fits before, at and beyond its peak; the lecture's, with what that is made of."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.double_descent_polynomial.drawing import draw_errors, draw_fit, scientific
from experiments.double_descent_polynomial.measured import Curve
from research.evidence.style import BLUE, GREEN, HALO, caption, slide
from research.evidence.threshold_figure import mark_threshold

NAMES = {
    "chebyshev": "Chebyshev polynomials",
    "legendre": "Legendre polynomials",
    "monomial": "monomials",
}
MUCH = 1e3
"""How much lower the error at Chebyshev's nodes must be for the figure to say so."""


def curve_figure(curve: Curve, nodes: Curve | None) -> Figure:
    """A curve with its fits, if kept.

    Args:
        curve: what is shown.
        nodes: the same examples at Chebyshev's nodes, to be drawn beside it.
    """
    figure = slide(height=7.2)
    grid = figure.add_gridspec(3, 2, width_ratios=(2.4, 1))
    axes = figure.add_subplot(grid[:, 0] if curve.has_fits else grid[:, :])
    shown = [curve] if nodes is None else [curve, nodes]
    names = [curve.store.variant] if nodes is None else ["equispaced", "Chebyshev\nnodes"]
    draw_errors(axes, shown, names, curve.settings.all_parameters_to, gap=0.13)
    axes.set_ylabel("test error (mean square)")
    axes.set_title(f"Double descent: {_draws(curve.settings.draws)}")
    mark_threshold(axes, curve.examples, f"P = n = {curve.examples}", height=0.995)
    _say(axes, curve, nodes)
    for row, (title, parameters) in enumerate(_chosen(curve)):
        panel = figure.add_subplot(grid[row, 1])
        draw_fit(panel, curve, parameters)
        panel.set_title(f"P = {parameters}: {title}", size=15, pad=6)
    caption(figure, "Double descent of polynomials, and what its peak is made of", _about(curve))
    return figure


def _draws(draws: int) -> str:
    return "one draw" if draws == 1 else f"{draws} draws and their median"


def _about(curve: Curve) -> str:
    settings = curve.settings
    fitted = f"ridge {settings.ridge:g}" if settings.ridge else "the least norm of coefficients"
    return (
        f"{curve.examples} examples of {settings.target} with noise {settings.noise:g}, fitted by"
        f" {NAMES[settings.basis]} with {fitted}. Left: test error at equispaced points"
        " without noise. Right: the fits to one draw."
    )


def _chosen(curve: Curve) -> list[tuple[str, int]]:
    """Numbers of coefficients whose fits are shown, with their titles."""
    if not curve.has_fits:
        return []
    chosen = [("best before n", curve.best(curve.before)[0]), ("as many as n", curve.examples)]
    if curve.beyond.any():
        chosen.append(("best beyond n", curve.best(curve.beyond)[0]))
    return chosen


def _say(axes: Axes, curve: Curve, nodes: Curve | None) -> None:
    """The two statements that belong to the curve, with their numbers."""
    height = _height(curve, nodes) if nodes else ""
    descents = _descents(curve) if curve.beyond.any() else ""
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


def _height(curve: Curve, nodes: Curve) -> str:
    """What the peak is made of; nothing where the two do not show it."""
    there, here = nodes.median_at_threshold, curve.median_at_threshold
    if there * MUCH > here:
        return ""
    return (
        f"The height of the peak,\n{scientific(here)}, is the conditioning\nof equispaced examples,"
        f"\nnot statistics: the same\nnoise at Chebyshev's\nnodes has {scientific(there)} there."
    )


def _descents(curve: Curve) -> str:
    """Which descent ends lower."""
    first, second = curve.best(curve.before)[1], curve.best(curve.beyond)[1]
    beats = "beats" if second < first else "does not beat"
    numbers = f"{scientific(second)} against {scientific(first)}"
    return f"The second descent\n{beats} the first:\n{numbers}."
