"""What grid and random search reach on the bump, without a single trial.

The value at distance r from the centre, over the dimensions that matter, is exp(-(r/w)^2). The
centre is uniform on the unit cube.

Grid of k values an axis, at the centres of k equal cells: the nearest value is u/(2k) away, u
uniform on [0, 1], by itself in each dimension, and the value is a product, so that the best of the
k^d points has the mean (k w sqrt(pi) erf(1/(2kw)))^m for m dimensions that matter.

Random, n points: the best exceeds exp(-(r/w)^2) unless all points are farther than r, so
E best = integral over t from 0 to 1 of 1 - E_c (1 - p(r(t), c))^n, with p the share of the cube
within r of the centre: an interval for m = 1, a disc cut by the square for m = 2.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import erf, pi, sqrt

import numpy
from numpy.typing import NDArray

Floats = NDArray[numpy.float64]
MOST_RELEVANT = 2
"""Dimensions that matter, up to which the formulas of random search are worked out."""
_FARTHEST = 6.0
"""In widths; the value there is 2e-16."""


def grid_mean(per_axis: int, width: float, relevant: int) -> float:
    """Mean best value of a grid of `per_axis` values a dimension, at the centres of its cells."""
    one = per_axis * width * sqrt(pi) * erf(1 / (2 * per_axis * width))
    return float(one**relevant)


def random_mean(trials: Sequence[int], width: float, relevant: int) -> Floats:
    """Mean best value of random search after each of some numbers of trials.

    Args:
        trials: numbers of trials, [n].
        width: of the bump.
        relevant: dimensions that matter, 1 or 2.

    Returns:
        [n].

    Raises:
        ValueError: more dimensions matter than there is a formula for.
    """
    far, weights = _misses(width, relevant)
    means = [float((weights * (1 - far**n)).sum()) for n in trials]
    return numpy.array(means)


def chance_random_reaches_grid(trials: int, per_axis: int, relevant: int) -> float:
    """P(best of random >= best of grid): some point is no farther off than the grid's nearest.

    Both compare distances, so that the width does not matter.

    Args:
        trials: of random search.
        per_axis: values a dimension of the grid.
        relevant: dimensions that matter, 1 or 2.

    Raises:
        ValueError: more dimensions matter than there is a formula for.
    """
    _refuse_more_than_two(relevant)
    c = _midpoints(1200 if relevant == 1 else 160)
    nearest = (numpy.floor(c * per_axis) + 0.5) / per_axis
    away = numpy.abs(c - nearest)
    if relevant == 1:
        return float((1 - (1 - _interval(away, c)) ** trials).mean())
    first, second = _pairs(c)
    radius = numpy.hypot(*_pairs(away))
    return float((1 - (1 - _disc(radius, first, second)) ** trials).mean())


@lru_cache(maxsize=16)
def _misses(width: float, relevant: int) -> tuple[Floats, Floats]:
    """1 - p over distances and centres, flat, and the weight of each in the mean."""
    _refuse_more_than_two(relevant)
    nodes, weights = numpy.polynomial.legendre.leggauss(64)
    rho = _FARTHEST / 2 * (nodes + 1)
    of_rho = weights * _FARTHEST / 2 * 2 * rho * numpy.exp(-(rho**2))  # dt
    c = _midpoints(1200 if relevant == 1 else 32) / 2  # the other half is its mirror image
    if relevant == 1:
        share = _interval(width * rho[:, None], c)
    else:
        share = _disc(width * rho[:, None], *_pairs(c))
    of_all = numpy.broadcast_to(of_rho[:, None] / share.shape[1], share.shape)
    return (1 - share).ravel(), of_all.ravel()


def _interval(radius: Floats, c: Floats) -> Floats:
    """Length of [c - r, c + r] within [0, 1]."""
    length: Floats = numpy.minimum(c + radius, 1) - numpy.maximum(c - radius, 0)
    return length


def _disc(radius: Floats, first: Floats, second: Floats) -> Floats:
    """Area of a disc around (first, second) within the unit square.

    The integral over x = c + r sin(theta), from side to side of the square, of the length of the
    chord there that lies within it.
    """
    safe = numpy.maximum(radius, 1e-12)
    left = numpy.arcsin(numpy.clip(-first / safe, -1, 1))
    right = numpy.arcsin(numpy.clip((1 - first) / safe, -1, 1))
    nodes, weights = numpy.polynomial.legendre.leggauss(24)
    area = numpy.zeros(numpy.broadcast_shapes(radius.shape, first.shape))
    for node, weight in zip(nodes, weights, strict=True):
        chord = radius * numpy.cos(left + (right - left) * (node + 1) / 2)
        area += weight * chord * _interval(chord, second)
    area *= (right - left) / 2
    return area


def _pairs(values: Floats) -> tuple[Floats, Floats]:
    """Every pair of values, as two flat arrays."""
    return numpy.repeat(values, len(values)), numpy.tile(values, len(values))


def _midpoints(count: int) -> Floats:
    return (numpy.arange(count) + 0.5) / count


def _refuse_more_than_two(relevant: int) -> None:
    if relevant > MOST_RELEVANT:
        raise ValueError(f"{relevant} dimensions matter, expected at most {MOST_RELEVANT}")
