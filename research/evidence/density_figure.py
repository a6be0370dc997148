"""How the density of a Hessian's eigenvalues is drawn: the estimate, its error, and the largest."""

from typing import Any

import numpy
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from research.evidence.style import BLUE, HALO, VERMILLION

FLOOR = 1e-7
"""Smallest density that is drawn, where the largest is 1."""
MARKS = 1e-3
"""Where the largest eigenvalues are marked: above what a few of so many weigh."""


def draw_density(axes: Axes, nodes: ArrayLike, weights: ArrayLike, largest: ArrayLike = ()) -> None:
    """Draws the density on a logarithmic axis, the largest eigenvalues marked above it.

    Args:
        axes: the panel.
        nodes: eigenvalues of each probe's quadrature, [probes, k].
        weights: theirs, [probes, k]; each row adds up to 1. From several probes the band is their
            mean's standard error, twice to each side.
        largest: eigenvalues that are known by themselves, [count].
    """
    where, known = numpy.asarray(nodes), numpy.asarray(largest)
    low, high = float(where.min()), float(where.max())
    span = high - low or max(abs(high), 1.0)
    at = numpy.linspace(low - 0.03 * span, high + 0.03 * span, 1500)
    curves = smoothed(where, weights, at, width=span / 150)
    scale = curves.mean(axis=0).max()
    mean = curves.mean(axis=0) / scale
    if len(curves) > 1:
        error = curves.std(axis=0, ddof=1) / len(curves) ** 0.5 / scale
        band = [numpy.maximum(mean + way * 2 * error, FLOOR) for way in (-1, 1)]
        axes.fill_between(at, *band, color=BLUE, alpha=0.25, linewidth=0)
    axes.semilogy(at, numpy.maximum(mean, FLOOR), color=BLUE)
    if len(known):
        axes.plot(known, numpy.full(len(known), MARKS), "v", color=VERMILLION, ms=12)
        text = f"the {len(known)} largest, one by one" if len(known) > 1 else "the largest"
        look: dict[str, Any] = {"color": VERMILLION, "weight": "bold", "path_effects": HALO}
        axes.annotate(text, (high, 2 * MARKS), ha="right", va="bottom", **look)
    axes.set_xlabel("eigenvalue")
    axes.set_ylabel("density (largest = 1)")
    axes.set_ylim(FLOOR, 3)


def smoothed(
    nodes: ArrayLike, weights: ArrayLike, at: ArrayLike, width: float
) -> NDArray[numpy.float64]:
    """The density of each probe, [probes, m], each node drawn as a normal curve.

    It is `research.landscape.curvature.density.Density.smoothed` for what is read from a record.
    """
    offsets = (numpy.asarray(at)[:, None, None] - numpy.asarray(nodes)) / width  # [m, probes, k]
    curves = numpy.exp(-(offsets**2) / 2) / (width * (2 * numpy.pi) ** 0.5)
    densities: NDArray[numpy.float64] = (curves * numpy.asarray(weights)).sum(axis=2).T
    return densities
