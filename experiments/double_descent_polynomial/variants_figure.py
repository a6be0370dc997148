"""The curves beside each other: other bases, other places, less noise, ridge, other problems."""

import math
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from experiments.double_descent_polynomial.configurations import EXACTLY, LECTURE
from experiments.double_descent_polynomial.drawing import LOWEST, draw_errors, where_lower
from experiments.double_descent_polynomial.measured import Curve
from experiments.double_descent_polynomial.naming import differ_in, drawn_once, names_of
from experiments.double_descent_polynomial.placing import Statement, place
from research.evidence.style import caption, slide, wrapped
from research.evidence.threshold_figure import mark_threshold

Panel = tuple[str, list[Curve]]
THEMES = (
    ("Basis", {"basis"}),
    ("Places of the examples", {"design"}),
    ("Noise and ridge", {"noise", "ridge"}),
)
"""A panel each: the leading curve, and those that differ from it in nothing else."""
COLUMNS = 2


def variants_figure(curves: Mapping[str, Curve], repeated: Mapping[str, str]) -> Figure:
    """As many panels as there is something to compare.

    Args:
        curves: all different, the leading one first.
        repeated: runs that are left out, and which of the others they are like.
    """
    chosen = panels(list(curves.values()))
    rows = math.ceil(len(chosen) / COLUMNS)
    figure = slide(height=7.5 if rows < 3 else 3.75 * rows)
    grid = figure.add_gridspec(rows, COLUMNS)
    drawn = []
    for index, (title, shown) in enumerate(chosen):
        row, column = divmod(index, COLUMNS)
        is_last_alone = column == 0 and index == len(chosen) - 1
        axes = figure.add_subplot(grid[row, :] if is_last_alone else grid[row, column])
        axes.set_title(title, size=16)
        drawn.append((axes, _draw(axes, shown, names_of(shown), gap=0.045 * rows)))
    for axes, said in drawn:  # when all panels have their places
        place(figure, axes, said)
    titles = [title.split(":")[0] for title, _ in chosen]
    about = f"What changes the curve: {'; '.join(titles)}"
    caption(figure, about, _about([each for _, shown in chosen for each in shown], repeated))
    return figure


def panels(curves: Sequence[Curve]) -> list[Panel]:
    """Titles and curves: by theme, and then all that fits in none, by what is learned."""
    leading, *others = curves
    chosen: list[Panel] = []
    for title, keys in THEMES:
        alike = [each for each in others if differ_in(leading, each) <= keys]
        if alike:
            chosen.append((title, [leading, *alike]))
    used = {each.store.variant for _, shown in chosen for each in shown}
    rest: dict[tuple[str, int], list[Curve]] = {}
    for each in curves:
        if each.store.variant not in used:
            rest.setdefault((each.settings.target, each.examples), []).append(each)
    return [*chosen, *((_title(shown), shown) for shown in rest.values())]


def _title(curves: Sequence[Curve]) -> str:
    """What is learned, and its noise where that is the same for all."""
    settings = curves[0].settings
    chosen = {key: getattr(settings, key) for key in LECTURE}
    schaeffer = EXACTLY["schaeffer"]
    if len(curves) == 1 and all(schaeffer[key] == chosen[key] for key in chosen):
        return "Schaeffer et al., no noise"
    noises = {each.settings.noise for each in curves}
    noise = f", noise {settings.noise:g}" if len(noises) == 1 else ""
    return f"{settings.target}, n = {settings.examples}{noise}"


def _about(shown: Sequence[Curve], repeated: Mapping[str, str]) -> str:
    """What else a reader has to know of these curves, and of no others."""
    said = ["Test error over the number of coefficients."]
    if any(each.settings.draws > 1 for each in shown):
        said.append("Thin for each draw and bold for their median.")
    if any(each.settings.basis == "monomial" for each in shown):
        said.append("Monomials: what float64 makes of them.")
    if any(float(each.test.min()) < LOWEST for each in shown):
        said.append(f"Errors below {LOWEST:g} are cut off.")
    return " ".join(filter(None, [*said, drawn_once(shown, repeated)]))


def _draw(axes: Axes, curves: Sequence[Curve], names: Sequence[str], gap: float) -> list[Statement]:
    """Draws a panel, and says what is still to be written into it."""
    last = max(int(curve.parameters[-1]) for curve in curves)
    broken = [wrapped(name, 18) for name in names]
    axes.set_xscale("log")
    draw_errors(axes, curves, broken, last, gap=gap * max(1 + n.count("\n") for n in broken))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda p, _: f"{p:g}"))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_ylabel("test error")
    mark_threshold(axes, curves[0].examples, f"P = n = {curves[0].examples}", height=0.99)
    return where_lower(curves, names, last)
