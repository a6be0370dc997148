"""The density of a matrix's eigenvalues, from products alone: stochastic Lanczos quadrature."""

from dataclasses import dataclass

import torch
from torch import Tensor

from research.landscape.curvature.lanczos import krylov
from research.landscape.curvature.operator import SymmetricOperator, random_vector
from research.seeds import derive


@dataclass(frozen=True)
class Density:
    """Eigenvalues' density as points with weights: for each probe a quadrature of its own.

    The mean of f over all P eigenvalues is estimated by sum_k weights_k f(nodes_k), exactly for the
    probe's own measure where f is a polynomial of degree below twice the number of nodes.

    Attributes:
        nodes: [probes, k], float64.
        weights: [probes, k], float64; each row adds up to 1.
    """

    nodes: Tensor
    weights: Tensor

    def smoothed(self, at: Tensor, width: float) -> Tensor:
        """The density where it is asked for, each node drawn as a normal curve.

        Args:
            at: eigenvalues, [m].
            width: standard deviation of a node's curve.

        Returns:
            One density a probe, [probes, m]; its integral is 1. Their mean over probes is the
            estimate. Their spread tells what the probes leave open, and not how finely so many
            nodes resolve: for that compare with another number of them.
        """
        offsets = (at.double()[:, None, None] - self.nodes) / width  # [m, probes, k]
        curves = torch.exp(-(offsets**2) / 2) / (width * (2 * torch.pi) ** 0.5)
        densities: Tensor = (curves * self.weights).sum(dim=2)
        return densities.T


def spectral_density(
    operator: SymmetricOperator, probes: int = 4, steps: int = 40, seed: int = 0
) -> Density:
    """Stochastic Lanczos quadrature (Golub and Welsch, 1969; Lin, Saad and Yang, 2016).

    For a random unit vector v, Lanczos' T has v's own spectral measure as Gaussian quadrature: the
    nodes are its eigenvalues, the weights the squared first entries of its eigenvectors. T is
    symmetric and solved as such.

    Args:
        operator: the matrix.
        probes: how many v.
        steps: products for each of them, and nodes of its quadrature.
        seed: of the v.
    """
    nodes, weights = [], []
    for probe in range(probes):
        start = random_vector(operator, derive(seed, "density's probe", probe))
        *_, last = krylov(operator, start, steps, seed)
        values, vectors, _ = last.eigen()
        nodes.append(values)
        weights.append(vectors[0] ** 2)
    return Density(torch.stack(nodes), torch.stack(weights))
