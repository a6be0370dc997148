"""What all figures of double descent share: a curve over seeds, and the threshold that it peaks at.

A median, not a mean: near the threshold single seeds differ by orders of magnitude.
"""

from typing import Any

import numpy
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.text import Text
from numpy.typing import ArrayLike, NDArray

from research.evidence.style import GREY, HALO

FULL_STRENGTH = 6
"""Thin lines of so many seeds are drawn as they are; those of more seeds are paler."""


def draw_curve(
    axes: Axes, x: ArrayLike, values_by_seed: ArrayLike, *, label: str, colour: str, **style: Any
) -> Line2D:
    """A thin line for each seed and a bold one for their median.

    Args:
        axes: the panel.
        x: what is swept, [points].
        values_by_seed: [seeds, points]; NaN where a seed has no value. Such a seed is left out of
            the median of that point, and a gap is left where none has a value.
        label: of the bold line.
        colour: of all lines.
        style: what else matplotlib's `plot` should know of the bold line.

    Returns:
        The bold line, whose heights are the median.
    """
    swept = numpy.asarray(x, dtype=numpy.float64)
    values = numpy.atleast_2d(numpy.asarray(values_by_seed, dtype=numpy.float64))
    if len(values) > 1:
        alpha = 0.45 * min(1.0, (FULL_STRENGTH / len(values)) ** 0.5)
        axes.plot(swept, values.T, color=colour, linewidth=1, alpha=alpha, zorder=2)
    look: dict[str, Any] = {"color": colour, "label": label, "linewidth": 3, "zorder": 3, **style}
    [bold] = axes.plot(swept, median(values), **look)
    return bold


def median(values_by_seed: ArrayLike) -> NDArray[numpy.float64]:
    """The median over the seeds that have a value, [points]; NaN where none has."""
    values = numpy.asarray(values_by_seed, dtype=numpy.float64)
    measured = ~numpy.isnan(values).all(0)
    middle = numpy.full(values.shape[1], numpy.nan)
    middle[measured] = numpy.nanmedian(values[:, measured], axis=0)
    return middle


def mark_threshold(axes: Axes, x: float, text: str, *, height: float = 0.97) -> Text:
    """A dashed vertical line, with a text at its right that hangs from a share of the height.

    In the right third of the panel the text stands at the left of its line: call this when the
    limits and the scale of the panel are final.
    """
    axes.axvline(x, color=GREY, linewidth=1.5, linestyle=(0, (4, 3)), zorder=1)
    to_panel = axes.transData + axes.transAxes.inverted()
    is_right = bool(to_panel.transform((x, axes.get_ylim()[1]))[0] > 2 / 3)
    return axes.annotate(
        text,
        (x, height),
        xycoords=("data", "axes fraction"),
        xytext=(-8 if is_right else 8, 0),
        textcoords="offset points",
        ha="right" if is_right else "left",
        va="top",
        color=GREY,
        size=14,
        path_effects=HALO,
        zorder=4,
    )
