"""What eigenvalues, traces and densities are computed of: a symmetric matrix by its products."""

from typing import Protocol

import torch
from torch import Generator, Tensor


class SymmetricOperator(Protocol):
    """A symmetric matrix H, [P, P], that is known by v to Hv alone."""

    @property
    def size(self) -> int:
        """P."""

    @property
    def device(self) -> torch.device:
        """Where vectors lie."""

    @property
    def precision(self) -> torch.dtype:
        """What vectors are made of."""

    def product(self, vector: Tensor) -> Tensor:
        """H v: [P] to [P]."""


class Matrix:
    """A symmetric matrix that is written out, [P, P]: the slow, obvious twin of any operator."""

    def __init__(self, entries: Tensor) -> None:
        self.entries = entries

    @property
    def size(self) -> int:
        """P."""
        return len(self.entries)

    @property
    def device(self) -> torch.device:
        """Where it lies."""
        return self.entries.device

    @property
    def precision(self) -> torch.dtype:
        """What it is made of."""
        return self.entries.dtype

    def product(self, vector: Tensor) -> Tensor:
        """H v: [P] to [P]."""
        return self.entries @ vector


def dense(operator: SymmetricOperator) -> Tensor:
    """All entries of the matrix, [P, P], a product for each column: for small P."""
    units = torch.eye(operator.size, dtype=operator.precision, device=operator.device)
    return torch.stack([operator.product(unit) for unit in units], dim=1)


def random_vector(operator: SymmetricOperator, seed: int) -> Tensor:
    """Independent standard normal numbers, [P]: the same ones on every device."""
    generator = Generator().manual_seed(seed)
    numbers = torch.randn(operator.size, generator=generator)
    return numbers.to(operator.device, operator.precision)


def random_signs(operator: SymmetricOperator, seed: int) -> Tensor:
    """Independent signs, +1 or -1, [P]: the same ones on every device."""
    generator = Generator().manual_seed(seed)
    signs = 2 * torch.randint(2, (operator.size,), generator=generator) - 1
    return signs.to(operator.device, operator.precision)
