"""How loss surfaces are drawn on slides: level lines, reliefs, and lines through weight space.

Every drawing takes a `Scale`, so that panels beside each other can share one. Index order is that
of all surfaces: values[i, j] belong to (axes[0][i], axes[1][j]), the first coordinate to the right.
Drawings to turn by hand are in `landscape_interactive`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib
import numpy
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.colorbar import Colorbar
from matplotlib.colors import LightSource
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import FixedFormatter, FixedLocator, MaxNLocator, NullLocator
from mpl_toolkits.mplot3d.axes3d import Axes3D
from numpy.typing import ArrayLike, NDArray

from research.evidence.landscape_interactive import plotly_surface
from research.evidence.landscape_scale import COLOURS, Grid, Scale, shared_scale
from research.evidence.style import BLACK, GREY, HALO

__all__ = [
    "Scale",
    "Trajectory",
    "colour_bar",
    "contour",
    "line",
    "plotly_surface",
    "relief",
    "relief_panel",
    "shared_scale",
]

UNKNOWN = "#DADCE0"
"""Colour of cells of which nothing is known."""
SHARPNESS = 200
"""Dots per inch of reliefs, which are pixels in an SVG too: their thousands of facets would not do
for a report."""


@dataclass(frozen=True)
class Trajectory:
    """Points of a path, projected into a plane.

    Attributes:
        coordinates: in units of the plane's directions: [points, 2].
        distances: how far each point is from the plane, [points]; None if they lie in it.
    """

    coordinates: ArrayLike
    distances: ArrayLike | None = None


def contour(
    axes: Axes,
    surface: Grid,
    *,
    values: ArrayLike | None = None,
    scale: Scale | None = None,
    log: bool | None = None,
    levels: int = 10,
    labelled: bool = True,
    centre: bool = True,
    trajectory: Trajectory | None = None,
) -> Scale:
    """Level lines over colours, from above.

    Args:
        axes: the panel.
        surface: the surface.
        values: what is drawn over its axes, [nx, ny]; None means its loss.
        scale: of the colours; None means one for these values alone.
        log: where there is no scale, whether it is logarithmic; None means where it should be.
        levels: about how many level lines.
        labelled: whether they have their values written at them.
        centre: whether (0, 0), where the weights are those that the surface is about, has a cross.
        trajectory: a path on top.

    Returns:
        The scale.
    """
    drawn = _values(surface, values)
    scale = shared_scale([drawn], log=log) if scale is None else scale
    axes.set_facecolor(UNKNOWN)
    x, y = (numpy.asarray(axis, dtype=numpy.float64) for axis in surface.axes)
    positive = numpy.maximum(drawn, scale.low) if scale.log else drawn
    known = numpy.ma.masked_invalid(positive.T)  # [ny, nx]
    shades: dict[str, Any] = {"levels": scale.shades(), "extend": "both", "cmap": COLOURS}
    axes.contourf(x, y, known, norm=scale.norm(), **shades)
    heights = _within(scale.levels(levels), known)
    if len(heights):
        lines = axes.contour(x, y, known, levels=heights, colors="black", linewidths=0.9, alpha=0.7)
        if labelled:
            words = dict(zip(heights.tolist(), scale.texts(heights), strict=True))
            texts = axes.clabel(lines, fmt=words, fontsize=11, inline_spacing=3)
            for text in texts:
                text.set_path_effects([withStroke(linewidth=2.5, foreground="#FFFFFFB0")])
    if centre and _is_inside(x) and _is_inside(y):
        axes.plot([0], [0], "+", color="white", markersize=15, markeredgewidth=5, zorder=4)
        axes.plot([0], [0], "+", color=BLACK, markersize=13, markeredgewidth=2, zorder=5)
    if trajectory is not None:
        draw_trajectory(axes, trajectory)
    axes.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]))
    if 1 / 3 < numpy.ptp(x) / numpy.ptp(y) < 3:
        axes.set_aspect("equal")
    return scale


def draw_trajectory(axes: Axes, trajectory: Trajectory) -> None:
    """A path from a circle to a star, with how far it leaves the plane in a corner."""
    points = numpy.asarray(trajectory.coordinates, dtype=numpy.float64).reshape(-1, 2)
    if not len(points):
        return
    outline = [withStroke(linewidth=5, foreground="white")]
    axes.plot(*points.T, color=BLACK, linewidth=2, path_effects=outline, zorder=6)
    dots: dict[str, Any] = {"linestyle": "", "markeredgecolor": "white", "color": BLACK}
    axes.plot(*points.T, marker="o", markersize=6, zorder=7, **dots)
    axes.plot(*points[:1].T, marker="o", markersize=13, zorder=8, **dots)
    axes.plot(*points[-1:].T, marker="*", markersize=20, zorder=8, **dots)
    if trajectory.distances is not None:
        farthest = float(numpy.max(numpy.asarray(trajectory.distances, dtype=numpy.float64)))
        axes.text(
            0.02,
            0.02,
            f"path leaves this plane by up to {farthest:.3g}",
            transform=axes.transAxes,
            size=12,
            path_effects=HALO,
            zorder=9,
        )


def relief_panel(figure: Figure, rows: int, columns: int, index: int) -> Axes3D:
    """A panel for `relief`: number `index`, from 1 on, of rows times columns."""
    panel: Axes3D = figure.add_subplot(rows, columns, index, projection="3d")
    figure.set_dpi(SHARPNESS)
    return panel


def relief(
    axes: Axes3D,
    surface: Grid,
    *,
    values: ArrayLike | None = None,
    scale: Scale | None = None,
    log: bool | None = None,
    view: tuple[float, float] = (28.0, -60.0),
) -> Scale:
    """The surface as a shaded relief.

    Args:
        axes: the panel, made by `relief_panel`.
        surface: the surface.
        values: what is drawn over its axes, [nx, ny]; None means its loss.
        scale: of heights and colours; None means one for these values alone.
        log: where there is no scale, whether it is logarithmic; None means where it should be.
        view: degrees above the ground, and around the vertical.

    Returns:
        The scale.
    """
    drawn = _values(surface, values)
    scale = shared_scale([drawn], log=log) if scale is None else scale
    heights = scale.heights(drawn)  # [nx, ny]
    x, y = numpy.meshgrid(*surface.axes, indexing="ij")
    low, high = scale.heights([scale.low, scale.high])
    facets = axes.plot_surface(
        x,
        y,
        heights,
        facecolors=_lit(heights, low, high),
        rcount=101,
        ccount=101,
        edgecolor=(0, 0, 0, 0.18),
        linewidth=0.25,
        shade=False,
    )
    facets.set(rasterized=True)
    axes.set(xlim=(x.min(), x.max()), ylim=(y.min(), y.max()), zlim=(low, high))
    axes.set_box_aspect((1, 1, 0.7), zoom=1.1)
    axes.view_init(elev=view[0], azim=view[1])
    _furnish(axes, scale)
    return scale


def line(
    axes: Axes,
    coordinates: ArrayLike,
    losses: ArrayLike,
    *,
    colour: str,
    label: str,
    half_width: ArrayLike | None = None,
    **style: Any,
) -> NDArray[numpy.float64]:
    """The loss along one direction or several: a thin line each, a bold one for their mean.

    Args:
        axes: the panel.
        coordinates: along the direction: [points].
        losses: [points], or [directions, points].
        colour: of all lines.
        label: of the bold line.
        half_width: of an interval around the bold line, [points], drawn as a band.
        style: what else matplotlib's `plot` should know of the bold line.

    Returns:
        The heights of the bold line.
    """
    x = numpy.asarray(coordinates, dtype=numpy.float64)
    several = numpy.atleast_2d(numpy.asarray(losses, dtype=numpy.float64))
    mean: NDArray[numpy.float64] = several.mean(axis=0)
    if len(several) > 1:
        axes.plot(x, several.T, color=colour, linewidth=1, alpha=0.4, zorder=2)
    if half_width is not None:
        half = numpy.asarray(half_width, dtype=numpy.float64)
        axes.fill_between(x, mean - half, mean + half, color=colour, alpha=0.2, linewidth=0)
    look: dict[str, Any] = {"color": colour, "label": label, "zorder": 3, **style}
    axes.plot(x, mean, **look)
    return mean


def colour_bar(
    figure: Figure, panels: Sequence[Axes], scale: Scale, label: str = "loss", **options: Any
) -> Colorbar:
    """The scale of several panels, once, beside them."""
    mappable = ScalarMappable(norm=scale.norm(), cmap=COLOURS)
    bar = figure.colorbar(mappable, ax=list(panels), **{"shrink": 0.8, "pad": 0.02, **options})
    bar.set_label(f"{label} (log scale)" if scale.log else label)
    bar.outline.set_visible(False)
    ticks = scale.levels(5)
    bar.ax.yaxis.set_major_locator(FixedLocator(ticks.tolist()))
    bar.ax.yaxis.set_major_formatter(FixedFormatter(scale.texts(ticks)))
    bar.ax.yaxis.set_minor_locator(NullLocator())
    return bar


def _values(surface: Grid, values: ArrayLike | None) -> NDArray[numpy.float64]:
    return numpy.asarray(surface.loss if values is None else values, dtype=numpy.float64)


def _lit(heights: NDArray[numpy.float64], low: float, high: float) -> NDArray[numpy.float64]:
    """Colours by height, [nx, ny, 4], slightly darker where a slope turns from the light."""
    colours = matplotlib.colormaps[COLOURS]((heights - low) / (high - low))
    steepness = 0.5 * max(heights.shape) / (high - low)
    solid = numpy.nan_to_num(heights, nan=low)
    light = LightSource(azdeg=225, altdeg=45).hillshade(solid, vert_exag=steepness)
    return numpy.asarray(colours * (0.7 + 0.3 * light[..., None]).clip(0, 1) ** [1, 1, 1, 0])


def _within(levels: NDArray[numpy.float64], known: Any) -> NDArray[numpy.float64]:
    """The levels that a surface crosses: matplotlib warns of others."""
    if not known.count():
        return levels[:0]
    inside: NDArray[numpy.bool_] = (levels > known.min()) & (levels < known.max())
    return levels[inside]


def _is_inside(axis: NDArray[numpy.float64]) -> bool:
    return bool(axis[0] <= 0 <= axis[-1])


def _furnish(axes: Axes3D, scale: Scale) -> None:
    """Few ticks, white walls, pale grids: a relief is for its shape."""
    axes.xaxis.set_major_locator(MaxNLocator(3))
    axes.yaxis.set_major_locator(MaxNLocator(3))
    ticks = scale.levels(4)
    axes.zaxis.set_major_locator(FixedLocator(scale.heights(ticks).tolist()))
    axes.zaxis.set_major_formatter(FixedFormatter(scale.texts(ticks)))
    axes.tick_params(labelsize=12, pad=1)
    axes.tick_params("z", pad=5)
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.set_pane_color((1.0, 1.0, 1.0, 0.0))
        axis.line.set_color(GREY)
        axis._axinfo["grid"].update(color="#DADCE0", linewidth=0.8)
