"""CASPR: Shampoo's preconditioners, combined by a Kronecker sum in place of a product."""

from torch import Tensor

from research.optim.shampoo import Shampoo, along


class Caspr(Shampoo):
    """w -= lr P(P(G)) with P(G) = (L^(-1/4) G + G R^(-1/4)) / 2, and L and R as in Shampoo.

    Spelled out: (L^(-1/2) G + 2 L^(-1/4) G R^(-1/4) + G R^(-1/2)) / 4. A tensor with more than two
    axes is a matrix: its first axis, and all others in one. A vector is as in Shampoo.

    Duvvuri et al. (2024), ICLR, "Combining Axes Preconditioners through Kronecker Approximation
    for Deep Learning". The formula was not read there but in the authors' code of the AlgoPerf
    competition, which applies the sum twice in the same way and then gives the step the length of
    Adam's, so that its factor 1/2 drops out, and in two implementations by others. Here there is no
    such grafting.
    """

    def shaped(self, gradient: Tensor) -> Tensor:
        """At most two axes."""
        return gradient.flatten(1) if gradient.ndim > 2 else super().shaped(gradient)

    def combine(self, gradient: Tensor, roots: list[Tensor], axes: list[int]) -> Tensor:
        """The mean over the axes of their preconditioners, applied once for each axis."""
        for _ in axes:
            parts = [along(root, gradient, axis) for root, axis in zip(roots, axes, strict=True)]
            gradient = sum(parts[1:], parts[0]) / len(parts)
        return gradient
