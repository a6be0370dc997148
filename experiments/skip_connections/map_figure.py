"""Where in the plane is the loss not convex: |lambda_min / lambda_max| at the points of a grid."""

from collections.abc import Sequence

import numpy
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.figure import Figure

from experiments.skip_connections.naming import names_of, networks_of, one_of_each
from experiments.skip_connections.numbers import NOT_CONVEX, not_convex
from experiments.skip_connections.planes_figure import height_for, title_size
from experiments.skip_connections.readings import CurvatureMap, Floats, Reading
from research.evidence.bounded_claim import NotDecided
from research.evidence.style import caption, slide

COLOURS = "Purples"
DARKEST = 0.6
"""What is above it is as dark: a single point must not take the colours of all others."""
MOST_NUMBERS = 9
"""Points along a side up to which every cell has its number written in."""


def map_figure(readings: Sequence[Reading]) -> Figure:
    """The maps of one seed on one scale; numbers in the cells, bold above the threshold."""
    done = one_of_each([each for each in readings if each.map is not None])
    maps = [(each, each.map) for each in done if each.map is not None]
    names = names_of(done)
    figure = slide(height=height_for(len(maps)))
    panels = figure.subplots(1, len(maps), squeeze=False, sharey=True)[0]
    norm = Normalize(0, DARKEST)
    for axes, (reading, found) in zip(panels, maps, strict=True):
        _draw(axes, found, norm)
        title = f"{names[reading.store.variant]}\n{_share(reading)}"
        axes.set_title(title, size=title_size(len(maps)))
        axes.set_xlabel("first direction")
    panels[0].set_ylabel("second direction")
    bar = figure.colorbar(
        ScalarMappable(norm, COLOURS), ax=list(panels), shrink=0.8, pad=0.02, extend="max"
    )
    bar.set_label("|λmin / λmax|")
    bar.outline.set_visible(False)
    _describe(figure, readings, done)
    return figure


def _draw(axes: Axes, found: CurvatureMap, norm: Normalize) -> None:
    x, y = found.axes
    axes.pcolormesh(_edges(x), _edges(y), found.ratio.T, cmap=COLOURS, norm=norm)
    axes.set_aspect("equal")
    if max(len(x), len(y)) > MOST_NUMBERS:
        return
    for (i, j), ratio in numpy.ndenumerate(found.ratio):
        axes.text(
            float(x[i]),
            float(y[j]),
            _written(ratio),
            ha="center",
            va="center",
            size=12,
            weight="bold" if ratio > NOT_CONVEX else "normal",
            color="white" if ratio > 0.6 * DARKEST else "black",
        )


def _share(reading: Reading) -> str:
    try:
        return f"{100 * not_convex(reading):.0f} % above {NOT_CONVEX:g}"
    except NotDecided:
        return "not all of it is finite"


def _written(ratio: float) -> str:
    """As short as fits into a cell: .05, 1.2, 13."""
    text = f"{ratio:.2f}"
    if text.startswith("0."):
        return text[1:]
    return f"{ratio:.1f}" if ratio < 9.95 else f"{ratio:.0f}"


def _edges(points: Floats) -> Floats:
    """The edges of cells whose middles are these: [n] to [n + 1]."""
    middles = (points[1:] + points[:-1]) / 2
    ends = 2 * points[0] - middles[0], 2 * points[-1] - middles[-1]
    edges: Floats = numpy.concatenate([[ends[0]], middles, [ends[1]]])
    return edges


def _describe(figure: Figure, readings: Sequence[Reading], done: Sequence[Reading]) -> None:
    wanted = done[0].settings.curvature_map
    seeds = sorted({reading.store.seed for reading in done})
    caption(
        figure,
        "Curvature over the planes",
        f"Networks of {networks_of(readings)}; seed {' and '.join(map(str, seeds))}. Of the Hessian"
        f" of the mean loss of {wanted.examples or 'all'} training images, at points of the same"
        " planes: the size of its smallest eigenvalue over that of its largest, 0 where none is"
        " negative. By Lanczos' iteration until residuals are at most"
        f" {wanted.tolerance:g} of the largest, within {wanted.lanczos_steps} products: a more"
        " negative one may be missed. Cells have their points in the middle, so the outer ones"
        f" reach half a step beyond the plane. Bold numbers are above {NOT_CONVEX:g}.",
    )
