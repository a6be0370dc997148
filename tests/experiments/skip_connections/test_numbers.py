"""Roughness and the share of the plane that is not convex: closed forms and a slow twin."""

import numpy
import pytest
from scipy.interpolate import CubicSpline

from experiments.skip_connections import numbers
from experiments.skip_connections.readings import CurvatureMap, Reading
from experiments.skip_connections.settings import SkipConnectionsSettings
from research.evidence.bounded_claim import NotDecided
from research.records.run_store import RunStore
from research.surface import Surface


def reading(tmp_path, loss=None, ratio=None):
    store = RunStore(tmp_path, "plain", 0)
    plane = found = None
    if loss is not None:
        axes = tuple(numpy.linspace(-1, 1, size) for size in loss.shape)
        plane = Surface("train", axes, {"loss": loss}, numpy.ones(loss.shape, dtype=bool))
    if ratio is not None:
        axes = tuple(numpy.linspace(-1, 1, size) for size in ratio.shape)
        found = CurvatureMap(axes, ratio, ratio)
    return Reading(store, SkipConnectionsSettings(), plane=plane, map=found)


def test_a_spline_tells_a_cubic_exactly(tmp_path):
    x, y = numpy.linspace(-1, 1, 25)[:, None], numpy.linspace(-1, 1, 13)[None, :]
    heights = x**3 - 2 * x * y**2 + y + 3
    assert numbers.roughness(reading(tmp_path, 10**heights)) < 1e-12


@pytest.mark.parametrize("shape", [(25, 25), (25, 49), (8, 12)])
def test_roughness_against_splines_along_one_axis_after_the_other(tmp_path, shape):
    """Of an even number of points the last is known too."""
    x, y = (numpy.linspace(-1, 1, size) for size in shape)
    heights = 3 * numpy.hypot(x[:, None], y) + 0.3 * numpy.sin(9 * x)[:, None] * numpy.cos(7 * y)
    rows, columns = (sorted({*range(0, size, 2), size - 1}) for size in shape)
    along_x = CubicSpline(x[rows], heights[rows])(x)
    predicted = CubicSpline(y[columns], along_x[:, columns], axis=1)(y)
    errors = [
        predicted[i, j] - heights[i, j]
        for i in range(shape[0])
        for j in range(shape[1])
        if i not in rows or j not in columns
    ]
    expected = (sum(error**2 for error in errors) / len(errors)) ** 0.5 / numpy.ptp(heights)
    assert numbers.roughness(reading(tmp_path, 10**heights)) == pytest.approx(expected, rel=1e-6)


def test_roughness_knows_no_units(tmp_path):
    loss = numpy.exp(numpy.random.default_rng(0).normal(size=(25, 25)))
    found = numbers.roughness(reading(tmp_path, loss))
    assert numbers.roughness(reading(tmp_path, 1000 * loss**3)) == pytest.approx(found)


def test_a_flat_plane_is_not_rough(tmp_path):
    assert numbers.roughness(reading(tmp_path, numpy.full((5, 5), 2.3))) == 0


def test_the_share_counts_what_is_above_the_threshold(tmp_path):
    ratio = numpy.array([[0.0, 0.1, 0.1000001], [0.5, 0.05, 0.2]])
    assert numbers.not_convex(reading(tmp_path, ratio=ratio)) == 0.5


def test_a_ratio_that_is_no_number_decides_nothing(tmp_path):
    with pytest.raises(NotDecided, match="plain/0: a ratio of its map is not a finite number"):
        numbers.not_convex(reading(tmp_path, ratio=numpy.array([[0.5, numpy.nan], [0.5, 0.5]])))


def test_what_is_not_there_decides_nothing(tmp_path):
    with pytest.raises(NotDecided, match="plain/0 has no plane"):
        numbers.roughness(reading(tmp_path))
    with pytest.raises(NotDecided, match="plain/0 has no curvature map"):
        numbers.not_convex(reading(tmp_path))
