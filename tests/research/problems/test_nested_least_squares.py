"""Nested least squares against numpy, problem by problem, and against closed forms."""

import numpy
import pytest
import torch

from research.problems.nested_least_squares import MOST_LOST, factor, through_gram


def draw(rows, columns, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(rows, columns, dtype=torch.float64, generator=generator)


def close(found, expected, tolerance=1e-9):
    scale = numpy.abs(expected).max()
    numpy.testing.assert_allclose(found.numpy(), expected, rtol=0, atol=tolerance * scale)


@pytest.mark.parametrize("count", [1, 5, 12])
def test_first_columns_and_first_rows(count):
    matrix, targets = draw(15, 12), draw(15, 3, seed=1)
    parts = factor(matrix)
    assert parts.determines(count)
    expected = numpy.linalg.lstsq(matrix[:, :count].numpy(), targets.numpy())[0]
    close(parts.columns(count, targets), expected)
    rows = matrix.mT[:count].numpy()
    expected = numpy.linalg.pinv(rows) @ targets[:count].numpy()
    close(parts.rows(count, targets), expected)


def test_orthonormal_columns_in_closed_form():
    orthonormal = torch.linalg.qr(draw(8, 5)).Q
    targets = draw(8, 2, seed=1)
    parts = factor(orthonormal)
    close(parts.columns(3, targets), (orthonormal[:, :3].mT @ targets).numpy())
    close(parts.rows(3, targets), (orthonormal[:, :3] @ targets[:3]).numpy())


def test_dependent_columns_are_noticed_and_nothing_before_them():
    matrix = draw(20, 10)
    matrix[:, 6] = matrix[:, 1] - 2 * matrix[:, 4]
    parts = factor(matrix)
    assert [parts.determines(count) for count in range(11)] == [True] * 7 + [False] * 4
    assert not factor(torch.cat([matrix[:, :3], torch.zeros(20, 1)], 1).double()).determines(4)


def conditioned(condition, size=40):
    """A matrix with singular values from 1 down to 1/condition."""
    left, right = (torch.linalg.qr(draw(size, size, seed)).Q for seed in (2, 3))
    values = torch.logspace(0, -numpy.log10(condition), size, dtype=torch.float64)
    return left * values @ right.mT


def test_a_gram_matrix_says_what_it_has_lost():
    """The loss grows as the square of the condition number, and is the error that there is."""
    for condition, most in ((1e2, 1e-11), (1e3, 1e-9), (1e5, 1e-3)):
        matrix = conditioned(condition)
        gram, exact = matrix @ matrix.mT, draw(40, 2, seed=4)
        unrefined = torch.cholesky_solve(gram @ exact, torch.linalg.cholesky(gram))
        found, lost = through_gram(gram, gram @ exact)
        error = float((unrefined - exact).norm() / exact.norm())
        assert error / 30 < lost < 30 * error < 30 * most
        assert float((found - exact).norm() / exact.norm()) < 30 * most


def test_where_the_switch_lies():
    """A condition number of 10^3 is fine, 10^5 is not: MOST_LOST is half of the digits."""
    losses = {}
    for condition in (1e3, 1e5):
        matrix = conditioned(condition)
        losses[condition] = through_gram(matrix @ matrix.mT, draw(40, 2, seed=4))[1]
    assert losses[1e3] < MOST_LOST < losses[1e5]


def test_a_singular_gram_matrix_has_lost_everything():
    matrix = draw(6, 3)
    matrix[3] = 0
    _, lost = through_gram(matrix @ matrix.mT, draw(6, 2))
    assert lost == torch.inf or lost > MOST_LOST
    zero, lost = through_gram(torch.zeros(3, 3, dtype=torch.float64), draw(3, 2))
    assert lost == torch.inf and zero.isnan().all()
