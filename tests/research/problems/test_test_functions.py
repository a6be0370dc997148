"""Gradients against automatic differentiation, minimisers against what lies around them."""

import math

import numpy
import pytest
import torch

from research.problems.test_functions import TEST_FUNCTIONS, covariance, eigenvalues

EACH = pytest.mark.parametrize("function", TEST_FUNCTIONS.values(), ids=TEST_FUNCTIONS)


def places(function, count=50):
    """Points within twice the window."""
    window = 2 * numpy.array(function.window)
    return numpy.random.default_rng(0).uniform(*window.T, size=(count, len(window)))


@EACH
def test_gradients(function):
    for place in places(function):
        variables = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in place]
        expected = torch.autograd.grad(function.value(*variables), variables)
        found = function.gradient(*map(float, place))
        assert found == pytest.approx([float(each) for each in expected], rel=1e-12, abs=1e-12)


@EACH
def test_minimisers(function):
    assert function.value(*function.minimiser) == pytest.approx(function.least, abs=1e-30)
    assert function.gradient(*function.minimiser) == pytest.approx([0] * len(function.start))
    assert min(function.value(*place) for place in places(function, 2000)) > function.least
    assert function.value(*function.start) > function.least + 0.2


@EACH
def test_arrays_and_floats_agree(function):
    found = function.value(*places(function).T)
    expected = [function.value(*map(float, place)) for place in places(function)]
    assert found == pytest.approx(expected, rel=1e-14)


@EACH
def test_windows_show_start_and_minimiser(function):
    for place in (function.start, function.minimiser):
        assert all(low < x < high for x, (low, high) in zip(place, function.window, strict=True))


@EACH
def test_a_number_too_large_is_no_error(function):
    far = [1e200] * len(function.start)
    assert not math.isfinite(function.value(*far))
    function.gradient(*far)


@pytest.mark.parametrize("name", ["square", "ill_conditioned", "normalised"])
def test_the_largest_curvature(name):
    function = TEST_FUNCTIONS[name]
    start = torch.zeros(len(function.start), dtype=torch.float64)
    hessian = torch.autograd.functional.hessian(lambda x: function.value(*x), start)
    expected = float(torch.linalg.eigvalsh(hessian)[-1])
    assert function.largest_curvature == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("entries", [(1, 0.5, 4), (2, 0, 2), (-1, 3, 5), (802, 600, 200)])
def test_eigenvalues(entries):
    a, b, c = entries
    assert eigenvalues(a, b, c) == pytest.approx(numpy.linalg.eigvalsh([[a, b], [b, c]]))


def test_least_squares_is_the_mean_over_its_inputs():
    """E (u x + v y)^2 / 2 over inputs that are drawn, and what dividing the second by 10 does."""
    generator = numpy.random.default_rng(0)
    inputs = generator.multivariate_normal([0, 0], [[1, 5], [5, 100]], size=400_000)
    raw, normalised = TEST_FUNCTIONS["ill_conditioned"], TEST_FUNCTIONS["normalised"]
    weights = numpy.array([0.7, -0.1])
    assert raw.value(*weights) == pytest.approx(((inputs @ weights) ** 2).mean() / 2, rel=0.02)
    assert normalised.value(0.7, -1.0) == pytest.approx(raw.value(*weights), rel=1e-12)
    assert [normalised.start[0], normalised.start[1] / 10] == pytest.approx(raw.start)
    conditions = [high / low for low, high in (eigenvalues(*covariance(s)) for s in (10.0, 1.0))]
    assert conditions == pytest.approx([134, 3], abs=0.5)
