"""The density of eigenvalues: quadrature exact to its degree, and mass where eigenvalues are."""

import pytest
import torch

from research.landscape.curvature.density import Density, spectral_density
from research.landscape.curvature.operator import Matrix, random_vector
from research.seeds import derive


def symmetric(size=30):
    entries = torch.randn(
        size, size, generator=torch.Generator().manual_seed(0), dtype=torch.float64
    )
    return Matrix((entries + entries.T) / size**0.5)


def test_the_quadrature_is_exact_to_its_degree():
    """k nodes give v^T H^j v for all j below 2 k, v being the unit vector of the probe."""
    matrix, steps = symmetric(), 4
    found = spectral_density(matrix, probes=2, steps=steps, seed=7)
    for probe in range(2):
        v = random_vector(matrix, derive(7, "density's probe", probe))
        v = v / v.norm()
        for degree in range(2 * steps):
            moment = float(v @ torch.linalg.matrix_power(matrix.entries, degree) @ v)
            estimate = (found.weights[probe] * found.nodes[probe] ** degree).sum()
            assert float(estimate) == pytest.approx(moment, abs=1e-10)


def test_with_a_node_for_each_eigenvalue_the_nodes_are_the_spectrum():
    matrix = symmetric(8)
    found = spectral_density(matrix, probes=3, steps=100)
    for nodes, weights in zip(found.nodes, found.weights, strict=True):
        assert nodes.tolist() == pytest.approx(torch.linalg.eigvalsh(matrix.entries).tolist())
        assert float(weights.sum()) == pytest.approx(1)


def test_mass_lies_where_the_eigenvalues_are():
    """Nine tenths of 500 eigenvalues between -1 and 1, one tenth at 10."""
    values = torch.cat([torch.linspace(-1, 1, 450), torch.full((50,), 10.0)])
    found = spectral_density(Matrix(torch.diag(values.double())), probes=20, steps=30)
    at_ten = found.weights[(found.nodes - 10).abs() < 0.1].sum() / 20
    assert float(at_ten) == pytest.approx(0.1, abs=0.02)
    assert float((found.weights * found.nodes).sum()) / 20 == pytest.approx(1, abs=0.2)


def test_where_the_basis_can_not_grow_the_added_nodes_weigh_nothing():
    """Two different eigenvalues span a basis of two vectors; the rest is another vector's."""
    matrix = Matrix(torch.diag(torch.tensor([1.0, 1, 1, 1, 5], dtype=torch.float64)))
    found = spectral_density(matrix, probes=1, steps=5)
    v = random_vector(matrix, derive(0, "density's probe", 0))
    share = float(v[4] ** 2 / v.square().sum())
    assert float(found.weights[found.nodes > 3].sum()) == pytest.approx(share, abs=1e-12)
    assert float(found.weights.sum()) == pytest.approx(1)


def test_the_smoothed_density_by_hand():
    nodes = torch.tensor([[0.0, 1.0], [2.0, 2.0]], dtype=torch.float64)
    weights = torch.tensor([[0.25, 0.75], [0.5, 0.5]], dtype=torch.float64)
    at = torch.linspace(-9, 11, 4001)
    curves = Density(nodes, weights).smoothed(at, width=0.5)
    assert curves.shape == (2, 4001)
    assert (curves.sum(dim=1) * 0.005).tolist() == pytest.approx([1, 1], abs=1e-6)
    normal = torch.distributions.Normal(torch.tensor([0.0, 1.0, 2.0]), 0.5)
    zero, one, two = normal.log_prob(at[:, None]).exp().double().T
    assert torch.allclose(curves[0], 0.25 * zero + 0.75 * one, atol=1e-6)
    assert torch.allclose(curves[1], two, atol=1e-6)
