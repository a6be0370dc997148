"""Eigenvalues at both ends of a symmetric matrix that is known by its products alone.

Lanczos' method builds an orthonormal basis of the vectors v, Hv, H^2 v, ... in which the matrix is
tridiagonal; the eigenvalues of that small matrix close in on the extreme ones of the large. Each
new vector is made orthogonal to all earlier ones, twice, so that rounding neither loses eigenvalues
nor finds the same one again. Source: Golub and Van Loan, Matrix Computations, section 10.1.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from research.landscape.curvature.operator import SymmetricOperator, random_vector
from research.seeds import derive

STANDING = 10
"""Products over which the wanted eigenvalues must stand still before they count as found."""


@dataclass
class Krylov:
    """H Q = Q T + residual, with orthonormal rows q_1 ... q_k of `basis` for columns of Q.

    Attributes:
        basis: the q, [k, P].
        diagonal: of the tridiagonal T, k numbers.
        beside: T's entries beside the diagonal, k numbers: the last leads out of the basis.
    """

    basis: Tensor
    diagonal: list[float]
    beside: list[float]

    def eigen(self) -> tuple[Tensor, Tensor, Tensor]:
        """Of T: eigenvalues, rising, [k]; eigenvectors in columns, [k, k]; |Hy - theta y|, [k].

        The last follows from |beta_k s_k|, s_k being an eigenvector's last entry.
        """
        k = len(self.diagonal)
        matrix = torch.diag(torch.tensor(self.diagonal, dtype=torch.float64))
        beside = torch.tensor(self.beside[: k - 1], dtype=torch.float64)
        matrix += torch.diag(beside, 1) + torch.diag(beside, -1)
        if not matrix.isfinite().all():
            nothing = torch.full((k,), torch.nan, dtype=torch.float64)
            return nothing, torch.full_like(matrix, torch.nan), nothing
        values, vectors = torch.linalg.eigh(matrix)
        return values, vectors, (self.beside[-1] * vectors[-1]).abs()


def krylov(
    operator: SymmetricOperator, start: Tensor, steps: int, seed: int = 0
) -> Iterator[Krylov]:
    """The basis after 1, 2, ... products, up to `steps` or the size of the matrix.

    Where the basis can not grow, for the vectors seen span an invariant subspace, it goes on with a
    random vector orthogonal to them: so eigenvalues of several eigenvectors are found as often as
    they are there.

    Args:
        operator: multiplies by H.
        start: any vector but zero, [P].
        steps: at most so many products.
        seed: of the random vectors.
    """
    size = len(start)
    steps = min(steps, size)
    basis = torch.empty(steps, size, dtype=start.dtype, device=start.device)
    vector = start / torch.linalg.vector_norm(start)
    diagonal: list[float] = []
    beside: list[float] = []
    scale = 0.0
    for step in range(steps):
        basis[step] = vector
        image = operator.product(vector)
        scale = max(scale, float(torch.linalg.vector_norm(image)))
        diagonal.append(float(image.double() @ vector.double()))
        rest, norm = orthogonalised(image, basis[: step + 1])
        ends = norm <= 10 * torch.finfo(start.dtype).eps * scale
        beside.append(norm)
        yield Krylov(basis[: step + 1], diagonal, beside)
        if step + 1 == steps:
            return
        if ends:
            random = random_vector(operator, derive(seed, "Lanczos' next start", step))
            rest, norm = orthogonalised(random, basis[: step + 1])
        vector = rest / norm


def orthogonalised(vector: Tensor, basis: Tensor) -> tuple[Tensor, float]:
    """What is left of a vector, [P], orthogonal to orthonormal rows, [k, P], and its norm.

    Twice is enough (Giraud et al., 2005): once leaves what rounding put back.
    """
    rest = vector
    for _ in range(2):
        rest = rest - basis.T @ (basis @ rest)
    return rest, float(torch.linalg.vector_norm(rest))


@dataclass(frozen=True)
class Eigenpairs:
    """Eigenvalues with what vouches for them.

    Attributes:
        values: eigenvalues, from the outermost inwards, [count], float64.
        residuals: |Hv - lambda v| of the unit vectors v, each from a product of its own: an
            eigenvalue of H lies at most so far from lambda. [count], float64.
        vectors: the v, [count, P].
    """

    values: Tensor
    residuals: Tensor
    vectors: Tensor


@dataclass(frozen=True)
class Extremes:
    """Both ends of a spectrum.

    Attributes:
        largest: from the largest down.
        smallest: from the smallest up.
        products: how many products were spent.
        converged: whether all estimated residuals came below the tolerance, and the values stood
            still over the last products. Then eigenvalues are that near; that they are the
            outermost is likely, not certain: one that the start has little of comes late.
    """

    largest: Eigenpairs
    smallest: Eigenpairs
    products: int
    converged: bool

    @property
    def ratio(self) -> float:
        """|lambda_min / lambda_max|: how far from convex, where lambda_min is negative.

        NaN where lambda_max is zero. Source: Li et al. (2018), arXiv:1712.09913, section 6.
        """
        low, high = float(self.smallest.values[0]), float(self.largest.values[0])
        return abs(low / high) if high else float("nan")


def extremes(
    operator: SymmetricOperator,
    *,
    largest: int = 1,
    smallest: int = 1,
    steps: int = 80,
    tolerance: float = 1e-3,
    seed: int = 0,
) -> Extremes:
    """The largest and the smallest eigenvalues of a symmetric matrix.

    Args:
        operator: multiplies by it.
        largest: how many of the largest.
        smallest: how many of the smallest.
        steps: at most so many products, and one more for each eigenvalue.
        tolerance: stop when the residuals of all wanted are estimated to be at most this share of
            the largest |lambda|, and none of them has moved by more over the last ten products: a
            small residual alone is also that of an inner eigenvalue, before the outer one appears.
        seed: of the start.

    Returns:
        The eigenvalues; NaN where a product was not finite. There are fewer than asked for, where
        the matrix is smaller or `steps` did not suffice for so many.
    """
    start = random_vector(operator, derive(seed, "Lanczos' start"))
    converged = False
    recent: deque[Tensor] = deque(maxlen=STANDING + 1)
    for state in krylov(operator, start, steps, seed):
        values, vectors, estimates = state.eigen()
        k = len(values)
        top, bottom = min(largest, k), min(smallest, k)
        wanted = [*range(bottom), *range(k - top, k)]
        bound = tolerance * float(values.abs().max())
        if k >= largest + smallest:
            recent.append(values[wanted])
        # Ritz values only move outwards, so the first and the last say it of all between.
        stand = len(recent) == recent.maxlen and bool(
            ((recent[-1] - recent[0]).abs() <= bound).all()
        )
        converged = (stand or k == operator.size) and bool((estimates[wanted] <= bound).all())
        if converged or bool(values.isnan().any()):
            break
    used = len(values)
    high = _pairs(operator, state.basis, values, vectors, list(range(k - 1, k - 1 - top, -1)))
    low = _pairs(operator, state.basis, values, vectors, list(range(bottom)))
    return Extremes(high, low, used + top + bottom, converged)


def _pairs(
    operator: SymmetricOperator, basis: Tensor, values: Tensor, vectors: Tensor, chosen: list[int]
) -> Eigenpairs:
    """The chosen eigenvectors in the large space, with their true residuals."""
    found = vectors[:, chosen].T.to(basis) @ basis
    residuals = []
    for vector, value in zip(found, values[chosen].tolist(), strict=True):
        vector /= torch.linalg.vector_norm(vector)
        rest = operator.product(vector).double() - value * vector.double()
        residuals.append(float(torch.linalg.vector_norm(rest)))
    return Eigenpairs(values[chosen], torch.tensor(residuals, dtype=torch.float64), found)
