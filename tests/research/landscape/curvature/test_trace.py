"""The trace: exact where it must be, and an error that is as large as it says."""

import math

import pytest
import torch

from research.landscape.curvature.lanczos import Eigenpairs, extremes
from research.landscape.curvature.operator import Matrix
from research.landscape.curvature.trace import Trace, hutchinson


def symmetric(size=12, seed=0):
    entries = torch.randn(
        size, size, generator=torch.Generator().manual_seed(seed), dtype=torch.float64
    )
    return Matrix(entries + entries.T)


def test_of_a_diagonal_every_probe_is_exact():
    diagonal = torch.tensor([1.0, -2.0, 30.0], dtype=torch.float64)
    assert hutchinson(Matrix(torch.diag(diagonal)), 5).samples.tolist() == [29.0] * 5


def test_the_mean_and_its_error():
    matrix = symmetric()
    found = hutchinson(matrix, 2000)
    diagonal = matrix.entries.diagonal()
    assert abs(found.mean - float(diagonal.sum())) < 4 * found.standard_error
    # For signs: Var z^T H z = 2 sum over i != j of H_ij^2.
    off = matrix.entries - torch.diag(diagonal)
    expected = math.sqrt(2 * float(off.square().sum()) / 2000)
    assert found.standard_error == pytest.approx(expected, rel=0.1)


def test_the_error_by_hand():
    found = Trace(torch.tensor([1.0, 2.0, 6.0], dtype=torch.float64))
    assert found.mean == 3
    assert found.standard_error == pytest.approx(math.sqrt((4 + 1 + 9) / 2 / 3))
    assert math.isnan(Trace(torch.tensor([1.0])).standard_error)


def test_with_eigenpairs_known_the_rest_spreads_less():
    entries = symmetric(40).entries * 0.01
    heavy = torch.ones(40, dtype=torch.float64) / math.sqrt(40)
    matrix = Matrix(entries + 50 * torch.outer(heavy, heavy))
    known = extremes(matrix, largest=1, smallest=0, tolerance=1e-8).largest
    plain, deflated = hutchinson(matrix, 200), hutchinson(matrix, 200, deflated=known)
    trace = float(matrix.entries.trace())
    assert deflated.standard_error < plain.standard_error / 10
    assert abs(deflated.mean - trace) < 4 * deflated.standard_error


def test_known_vectors_need_not_be_eigenvectors():
    """Any orthonormal vectors with their v^T H v leave the estimate unbiased."""
    matrix = symmetric()
    vectors = torch.eye(12, dtype=torch.float64)[:5]
    known = Eigenpairs(matrix.entries.diagonal()[:5], torch.zeros(5), vectors)
    found = hutchinson(matrix, 1000, deflated=known)
    assert abs(found.mean - float(matrix.entries.trace())) < 4 * found.standard_error


def test_all_of_it_known_leaves_no_error():
    matrix = symmetric(6)
    values, vectors = torch.linalg.eigh(matrix.entries)
    found = hutchinson(matrix, 3, deflated=Eigenpairs(values, torch.zeros(6), vectors.T))
    assert found.samples.tolist() == pytest.approx([float(matrix.entries.trace())] * 3)


def test_the_seed_draws_the_probes():
    first, again, other = (hutchinson(symmetric(), 4, seed).samples for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert len(set(first.tolist())) == 4
