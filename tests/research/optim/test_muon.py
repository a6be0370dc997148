"""Newton and Schulz's iteration, seen through singular values, which it maps one by one."""

import torch

from research.optim.muon import orthogonalised


def test_singular_values_above_0_002_of_the_norm_end_between_0_68_and_1_21():
    """A diagonal keeps its shape; its norm is made 1 by one last value."""
    generator = torch.Generator().manual_seed(0)
    for _ in range(20):
        values = 0.002 + 0.1 * torch.rand(40, dtype=torch.float64, generator=generator) ** 3
        values[0], values[1] = 0.002, 0
        values[1] = (1 - values.square().sum()).sqrt()
        found = orthogonalised(torch.diag(values), 5)
        assert (found - found.diagonal().diag()).abs().max() == 0
        assert found.diagonal().min() > 0.68
        assert found.diagonal().max() < 1.21


def test_a_small_singular_value_grows_by_3_4445_at_a_time():
    values = torch.tensor([1e-6, 1.0], dtype=torch.float64)
    found = orthogonalised(torch.diag(values), 5).diagonal()
    assert abs(found[0] / (1e-6 * 3.4445**5) - 1) < 1e-3


def test_a_matrix_of_zeros_stays_one():
    assert torch.equal(orthogonalised(torch.zeros(3, 2), 5), torch.zeros(3, 2))
