"""Eigenvalues at both ends, against matrices whose spectrum is known."""

import math

import pytest
import torch

from research.landscape.curvature.lanczos import extremes, krylov
from research.landscape.curvature.operator import Matrix, random_vector


def with_spectrum(values, dtype=torch.float64, seed=0):
    """Q diag(values) Q^T with a random orthogonal Q."""
    generator = torch.Generator().manual_seed(seed)
    values = torch.tensor(values, dtype=torch.float64)
    size = len(values)
    q, _ = torch.linalg.qr(torch.randn(size, size, generator=generator, dtype=torch.float64))
    return Matrix(((q * values) @ q.T).to(dtype))


class Counted(Matrix):
    """Counts its products."""

    products = 0

    def product(self, vector):
        self.products += 1
        return super().product(vector)


def test_both_ends_of_a_known_spectrum():
    spectrum = [-3.0, -1.0, *torch.linspace(-0.1, 0.1, 60).tolist(), 4.0, 7.0, 20.0]
    matrix = with_spectrum(spectrum)
    found = extremes(matrix, largest=3, smallest=2, tolerance=1e-10)
    assert found.converged
    assert found.largest.values.tolist() == pytest.approx([20, 7, 4], abs=1e-9)
    assert found.smallest.values.tolist() == pytest.approx([-3, -1], abs=1e-9)
    assert found.ratio == pytest.approx(3 / 20)


def test_the_vectors_are_unit_eigenvectors_and_the_residuals_are_theirs():
    matrix = with_spectrum([float(i) for i in range(30)])
    found = extremes(matrix, largest=2, smallest=2, tolerance=0.02)
    for pairs in (found.largest, found.smallest):
        for value, residual, vector in zip(
            pairs.values, pairs.residuals, pairs.vectors, strict=True
        ):
            rest = matrix.entries @ vector - value * vector
            assert float(residual) == pytest.approx(float(rest.norm()), rel=1e-6)
            assert float(vector.norm()) == pytest.approx(1, abs=1e-12)
            assert 1e-6 < float(residual) <= 0.02 * 29 * 1.001
            nearest = (value - torch.arange(30, dtype=torch.float64)).abs().min()
            assert nearest <= residual


def test_it_stops_when_the_tolerance_is_met_and_counts_its_products():
    matrix = Counted(with_spectrum([*torch.linspace(0, 1, 200).tolist(), 10.0]).entries)
    found = extremes(matrix, largest=1, smallest=0, tolerance=1e-3)
    assert found.converged
    assert found.products == matrix.products < 18
    assert not len(found.smallest.values)


def test_a_small_residual_is_not_enough():
    """Where one eigenvalue stands far out, all others have residuals that are small beside it."""
    matrix = with_spectrum([-30.0, *torch.linspace(0, 1, 300).tolist(), 1000.0])
    found = extremes(matrix, tolerance=1e-2)
    assert found.converged
    assert float(found.smallest.values[0]) == pytest.approx(-30.0, rel=0.01)


def test_the_tolerance_is_a_share_of_the_largest():
    """A matrix a thousand times as large takes as many products."""
    entries = with_spectrum([*torch.linspace(0, 1, 200).tolist(), 2.0]).entries
    counts = [
        extremes(Matrix(scale * entries), tolerance=1e-4).products for scale in (1e-3, 1.0, 1e3)
    ]
    assert len(set(counts)) == 1


def test_too_few_steps_are_said_to_be():
    matrix = with_spectrum([float(i) for i in range(100)])
    found = extremes(matrix, largest=2, steps=5, tolerance=1e-6)
    assert not found.converged
    assert found.largest.residuals[1] > 1e-3
    assert found.products == 5 + 3


def test_no_eigenvalue_is_found_twice_in_single_precision():
    """Without making vectors orthogonal again, rounding brings the large ones back as ghosts."""
    spectrum = [*torch.linspace(0, 1, 300).tolist(), 300.0, 1000.0]
    found = extremes(with_spectrum(spectrum, torch.float32), largest=4, steps=150, tolerance=1e-5)
    assert found.largest.values[:2].tolist() == pytest.approx([1000, 300], rel=1e-5)
    assert found.largest.values[2] == pytest.approx(1, abs=1e-3)
    assert found.largest.values[3] == pytest.approx(1, abs=1e-2)


def test_the_basis_stays_orthonormal():
    matrix = with_spectrum([*[0.01 * i for i in range(300)], 1000.0], torch.float32)
    *_, last = krylov(matrix, random_vector(matrix, 0), 120)
    overlap = last.basis.double() @ last.basis.double().T
    assert torch.allclose(overlap, torch.eye(120, dtype=torch.float64), rtol=0, atol=1e-5)


def test_an_eigenvalue_of_several_vectors_is_found_as_often_as_it_is_there():
    found = extremes(with_spectrum([2.0, 2.0, 2.0, -1.0, -1.0]), largest=4, smallest=2)
    assert found.largest.values.tolist() == pytest.approx([2, 2, 2, -1])
    assert found.smallest.values.tolist() == pytest.approx([-1, -1])


@pytest.mark.parametrize("value", [0.0, 1.0, -3.0])
def test_a_multiple_of_the_identity(value):
    matrix = Matrix(value * torch.eye(7))
    found = extremes(matrix, largest=3, smallest=2)
    assert found.converged
    assert found.largest.values.tolist() == pytest.approx([value] * 3, abs=1e-6)
    assert found.smallest.values.tolist() == pytest.approx([value] * 2, abs=1e-6)
    assert found.ratio == pytest.approx(1) if value else math.isnan(found.ratio)
    overlap = found.largest.vectors @ found.largest.vectors.T
    assert torch.allclose(overlap, torch.eye(3), atol=1e-6)


def test_a_small_matrix_has_no_more_than_it_has():
    found = extremes(Matrix(torch.diag(torch.tensor([1.0, 5.0]))), largest=5, smallest=4)
    assert found.converged
    assert found.largest.values.tolist() == pytest.approx([5, 1])
    assert found.smallest.values.tolist() == pytest.approx([1, 5])


def test_products_that_are_not_finite_give_nan():
    found = extremes(Matrix(torch.full((4, 4), torch.nan)), largest=1, smallest=1)
    assert not found.converged
    assert math.isnan(found.largest.values[0])
    assert math.isnan(found.smallest.residuals[0])


def test_nor_does_a_product_that_is_not_finite_later_on():
    class Failing(Counted):
        def product(self, vector):
            image = super().product(vector)
            return image * torch.inf if self.products == 4 else image

    found = extremes(Failing(with_spectrum([float(i) for i in range(40)]).entries))
    assert not found.converged
    assert math.isnan(found.largest.values[0])
    assert found.products == 4 + 2


def test_the_seed_draws_the_start():
    matrix = with_spectrum([float(i) for i in range(40)])
    first, again, other = (
        extremes(matrix, steps=10, tolerance=1e-9, seed=seed).largest.values for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
