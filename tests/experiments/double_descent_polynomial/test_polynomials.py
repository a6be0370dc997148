"""Bases against numpy.polynomial and closed forms, designs, and interpolation in fractions."""

import math
from fractions import Fraction

import numpy
import pytest
import torch
from numpy.polynomial import chebyshev, legendre

from experiments.double_descent_polynomial.polynomials import (
    design,
    equispaced,
    features,
    interpolate,
    target,
)

X = torch.linspace(-1, 1, 37, dtype=torch.float64)
NUMPY = {
    "chebyshev": chebyshev.chebvander,
    "legendre": legendre.legvander,
    "monomial": lambda x, degree: numpy.vander(x, degree + 1, increasing=True),
}


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("basis", NUMPY)
@pytest.mark.parametrize("parameters", [1, 2, 3, 50, 301])
def test_bases_are_numpys(basis, parameters):
    found = features(X, basis, parameters)
    expected = NUMPY[basis](X.numpy(), parameters)
    assert found.shape == (37, parameters)
    numpy.testing.assert_allclose(found, expected[:, :-1], rtol=0, atol=1e-12)
    numpy.testing.assert_allclose(
        features(X, basis, parameters, constant=False), expected[:, 1:], rtol=0, atol=1e-12
    )


def test_chebyshev_polynomials_are_cosines():
    angles = X.acos()
    k = torch.arange(200)
    torch.testing.assert_close(
        features(X, "chebyshev", 200), (k * angles.unsqueeze(1)).cos(), rtol=0, atol=1e-11
    )


def test_legendre_polynomials_are_orthogonal():
    """Gauss's rule with 60 nodes is exact to degree 119: integrals are 2 / (2k + 1)."""
    nodes, weights = (torch.tensor(each) for each in legendre.leggauss(60))
    rows = features(nodes, "legendre", 50)
    products = rows.mT @ (weights.unsqueeze(1) * rows)
    expected = torch.diag(2 / (2 * torch.arange(50).double() + 1))
    torch.testing.assert_close(products, expected, rtol=0, atol=1e-12)


def test_leading_axes_are_kept():
    x = design("uniform", 5, 3, generator())
    assert features(x, "legendre", 4).shape == (3, 5, 4)
    torch.testing.assert_close(features(x, "legendre", 4)[1], features(x[1], "legendre", 4))


def test_targets():
    x = torch.tensor([0.3, -1.0], dtype=torch.float64)
    assert target(x, "sin(4.5x)").tolist() == pytest.approx([math.sin(1.35), math.sin(-4.5)])
    found = target(x, "2x+cos(25x)").tolist()
    assert found == pytest.approx([0.6 + math.cos(7.5), -2 + math.cos(25)])


def test_designs():
    [nodes] = design("chebyshev_nodes", 50, 7, generator())
    assert features(nodes, "chebyshev", 51)[:, 50].abs().max() < 1e-12, "zeros of T_50"
    assert (nodes.diff() > 0).all() and len(nodes) == 50
    [even] = design("equispaced", 5, 7, generator())
    assert even.tolist() == [-1, -0.5, 0, 0.5, 1] == equispaced(5).tolist()
    uniform = design("uniform", 4000, 3, generator())
    assert uniform.shape == (3, 4000) and uniform.dtype == torch.float64
    assert uniform.min() < -0.99 and uniform.max() > 0.99 and abs(float(uniform.mean())) < 0.03
    assert not torch.equal(uniform[0], uniform[1])
    assert torch.equal(uniform, design("uniform", 4000, 3, generator()))


def test_interpolation_is_exact_arithmetic():
    """In fractions, for 20 examples whose errors between them are large."""
    x, at = equispaced(20), torch.tensor([0.123, -0.987, 0.5], dtype=torch.float64)
    y = torch.randn(20, 2, dtype=torch.float64, generator=generator())
    exact_x = [Fraction(number) for number in x.tolist()]
    for point, found in zip(at.tolist(), interpolate(x, y, at), strict=True):
        shares = [
            math.prod(
                (Fraction(point) - other) / (each - other) for other in exact_x if other != each
            )
            for each in exact_x
        ]
        for column in range(2):
            pairs = zip(shares, y[:, column].tolist(), strict=True)
            expected = float(sum(share * Fraction(value) for share, value in pairs))
            assert float(found[column]) == pytest.approx(expected, rel=1e-10)


def test_interpolation_goes_through_the_examples_of_every_set():
    x = design("uniform", 8, 3, generator())
    y = torch.randn(3, 8, 2, dtype=torch.float64, generator=generator(1))
    for each, values in zip(x, y, strict=True):
        torch.testing.assert_close(interpolate(each, values, each), values)
    together = interpolate(x, y, equispaced(5))
    assert together.shape == (3, 5, 2)
    torch.testing.assert_close(together[2], interpolate(x[2], y[2], equispaced(5)))
