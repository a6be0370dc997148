"""Least squares for many sizes of one problem, each from parts that the others share.

A sweep over the number of columns, or of rows, solves problems that contain one another. Up to a
square matrix one QR factorisation serves all of them: its leading blocks are those of the smaller
problems. Beyond it a Gram matrix grows by a block at each size, and a Cholesky factor solves.

The Gram matrix squares the condition number, a QR factorisation does not. So the former tells how
much it may have lost, and whoever solves decides: see `through_gram`.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

MOST_LOST = 1e-8
"""Relative error above which a solution through a Gram matrix is not to be used.

Half of the sixteen digits: it is reached near a condition number of 10^4 of the matrix itself. A
prediction then still has six digits or more where its weights cancel a hundredfold, far more than
a plotted error or a claim asks for.
"""


@dataclass(frozen=True)
class Factor:
    """A = Q R of a matrix with at least as many rows as columns.

    Attributes:
        q: [n, m] with orthonormal columns.
        r: [m, m], upper triangular.
    """

    q: Tensor
    r: Tensor

    def determines(self, count: int) -> bool:
        """Whether the first `count` columns are independent, to rounding.

        A column that the ones before it span leaves a diagonal entry of R of the size of rounding.
        """
        if count == 0:
            return True
        diagonal = self.r.diagonal()[:count].abs()
        smallest = torch.finfo(self.r.dtype).eps * len(self.q) * diagonal.max()
        return bool(diagonal.min() > smallest)

    def columns(self, count: int, targets: Tensor) -> Tensor:
        """The W of least ||A_c W - Y||, where A_c are the first c columns of A.

        Args:
            count: c, of columns that are independent.
            targets: Y, [n, k].

        Returns:
            [c, k].
        """
        projected = self.q[:, :count].mT @ targets
        upper = self.r[:count, :count]
        weights: Tensor = torch.linalg.solve_triangular(upper, projected, upper=True)
        return weights

    def rows(self, count: int, targets: Tensor) -> Tensor:
        """The shortest W with B_c W = Y, where A = B' and B_c are the first c rows of B.

        Args:
            count: c, of rows that are independent.
            targets: Y, [at least c, k].

        Returns:
            [n, k].
        """
        lower = self.r[:count, :count].mT
        inner: Tensor = torch.linalg.solve_triangular(lower, targets[:count], upper=False)
        return self.q[:, :count] @ inner


def factor(matrix: Tensor) -> Factor:
    """The factorisation of a matrix, [n, m] with m <= n, by Householder reflections."""
    return Factor(*torch.linalg.qr(matrix))


def through_gram(gram: Tensor, targets: Tensor) -> tuple[Tensor, float]:
    """Solves K X = Y by Cholesky's factor and one step of refinement.

    The step is as large as the error that it mends, so its relative size says how much rounding
    has cost: about the condition number of K, which is that of A squared, times 1e-16.

    Args:
        gram: K = A A' or A' A, [m, m].
        targets: Y, [m, k].

    Returns:
        X, [m, k], and the relative size of the refinement; infinite if K is singular to rounding.
    """
    lower, failed = torch.linalg.cholesky_ex(gram)
    if bool(failed):
        return torch.full_like(targets, torch.nan), torch.inf
    solution = torch.cholesky_solve(targets, lower)
    mended = torch.cholesky_solve(targets - gram @ solution, lower)
    lost = float(mended.norm() / solution.norm())
    return solution + mended, lost if lost == lost else torch.inf
