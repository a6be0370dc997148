"""Shampoo and CASPR beyond matrices, and where their statistics are not finite or too large."""

import pytest
import torch
from torch import nn

from research.optim.caspr import Caspr
from research.optim.shampoo import Shampoo, along, symmetric_power


def gaussian(*shape):
    generator = torch.Generator().manual_seed(0)
    return torch.randn(*shape, dtype=torch.float64, generator=generator)


def step_of(optimizer, gradient, **settings):
    weights = nn.Parameter(torch.zeros_like(gradient))
    weights.grad = gradient.clone()
    optimizer([weights], lr=1.0, **settings).step()
    return -weights.detach()


def test_a_matrix_along_an_axis_is_an_einsum():
    tensor, matrix = gaussian(2, 3, 4), gaussian(3, 3)
    expected = torch.einsum("ij,ajb->aib", matrix, tensor)
    assert (along(matrix, tensor, 1) - expected).abs().max() < 1e-14


def test_a_power_is_known_for_a_diagonal():
    matrix = torch.diag(torch.tensor([16.0, 81.0, 0.0], dtype=torch.float64))
    expected = torch.diag(torch.tensor([1 / 2, 1 / 3, 10], dtype=torch.float64))
    assert (symmetric_power(matrix, -0.25, 1e-4) - expected).abs().max() < 1e-13


def test_three_axes_have_three_statistics_to_the_sixth_root():
    gradient = gaussian(2, 3, 4)
    letters = [("iab,jab->ij", "ij,jab->iab"), ("aib,ajb->ij", "ij,ajb->aib")]
    letters.append(("abi,abj->ij", "ij,abj->abi"))
    expected = gradient
    for product, application in letters:
        statistic = torch.einsum(product, gradient, gradient)
        statistic += 1e-3 * torch.eye(len(statistic), dtype=torch.float64)
        values, vectors = torch.linalg.eigh(statistic)
        expected = torch.einsum(
            application, vectors @ torch.diag(values ** (-1 / 6)) @ vectors.T, expected
        )
    assert (step_of(Shampoo, gradient, eps=1e-3) - expected).abs().max() < 1e-12


def test_caspr_takes_three_axes_for_a_matrix():
    gradient = gaussian(2, 3, 4)
    flat = step_of(Caspr, gradient.flatten(1), eps=1e-3).view(2, 3, 4)
    assert (step_of(Caspr, gradient, eps=1e-3) - flat).abs().max() < 1e-12


@pytest.mark.parametrize("optimizer", [Shampoo, Caspr])
def test_long_axes_have_no_preconditioner(optimizer):
    gradient = gaussian(3, 5)
    left = torch.linalg.inv(torch.linalg.cholesky(gradient @ gradient.T))
    assert torch.equal(step_of(optimizer, gradient, largest_axis=2), gradient)
    found = step_of(optimizer, gradient, largest_axis=3, eps=1e-14)
    # One axis is left, so its exponent is -1/2: what is whitened stays whitened.
    assert (found @ found.T - left @ gradient @ gradient.T @ left.T).abs().max() < 1e-10


def test_a_number_is_a_vector_of_one():
    found = step_of(Shampoo, torch.tensor(-3.0, dtype=torch.float64), eps=1e-14)
    assert abs(found + 1) < 1e-12


def test_a_run_that_diverges_gets_nan_and_no_error():
    gradient = gaussian(6, 6)
    gradient[0, 0] = torch.nan
    with pytest.raises(torch.linalg.LinAlgError):
        torch.linalg.eigh(gradient @ gradient.T)
    assert step_of(Shampoo, gradient).isnan().all()
