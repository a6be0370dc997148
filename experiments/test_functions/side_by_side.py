"""Every method on one function, in a small panel of its own."""

from matplotlib.figure import Figure

from experiments.test_functions.drawing import level_lines, name_of, walked
from experiments.test_functions.measured import Measured
from research.evidence.style import BLUE, VERMILLION, caption, slide

COLUMNS = 7


def side_by_side(measured: Measured) -> Figure:
    """Paths at the first given rate in blue, at a share of the largest stable one in vermillion."""
    rows = -(-len(measured.rows) // COLUMNS)
    figure = slide(height=0.4 + 1.85 * rows)
    panels = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    for axes in panels[len(measured.rows) :]:
        axes.set_visible(False)
    for axes, method in zip(panels, measured.rows, strict=False):
        level_lines(axes, measured, levels=7, points=120)
        axes.set(xticks=[], yticks=[])
        for spine in axes.spines.values():
            spine.set_visible(False)
        text = name_of(method)
        if shown := measured.shown(method):
            path, rate, given = shown
            walked(axes, path, BLUE if given else VERMILLION, 1.8)
            text += f"\nlr {rate:.2g}: {path[-1, -1]:.2g}"
        axes.set_title(text, size=10, pad=4, weight="normal")
    fraction = (measured.settings["search"] or {}).get("fraction", 0.0)
    given_rates = measured.settings["rates"]
    caption(
        figure,
        f"{measured.label}: every method",
        f"{measured.settings['steps']} updates from the dot; under each name its learning rate and"
        " last loss."
        + (f" Blue: lr {given_rates[0]:g}." if given_rates else "")
        + f" Vermillion: {fraction:.0%} of the largest stable rate, since the other diverges."
        " Rates have different units: AdaDelta, Prodigy and L-BFGS are usually run at 1.",
    )
    return figure
