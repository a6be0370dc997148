"""The gradient noise scale: at which batch size a gradient's noise equals its signal."""

from dataclasses import dataclass

import torch
from torch import Tensor

from research.landscape.curvature.hessian import Hessian


@dataclass(frozen=True)
class NoiseScale:
    """tr(Sigma) and |G|^2 of per-example gradients with mean G and covariance Sigma, unbiased.

    Attributes:
        noise: the estimate of tr(Sigma).
        signal: the estimate of |G|^2; negative where noise hides it.
    """

    noise: float
    signal: float

    @property
    def simple(self) -> float:
        """B_simple = tr(Sigma) / |G|^2 in examples; NaN where the signal is hidden."""
        return self.noise / self.signal if self.signal > 0 else float("nan")


def noise_scale(hessian: Hessian, small: int = 1) -> NoiseScale:
    """From the gradients of small batches and of all examples together.

    With S the mean of |g|^2 over batches of `small` examples, and B that of the n examples of all
    of them: |G|^2 = (n B - small S) / (n - small), tr(Sigma) = (S - B) / (1 / small - 1 / n). For
    small = 1 these are the sample's own variance, and |mean|^2 less its noise. Source: McCandlish
    et al. (2018), arXiv:1812.06162, section 2.2 and appendix A.1.

    Args:
        hessian: the point; its examples are those of the training distribution.
        small: examples of a small batch. What is left over of n is not used.

    Raises:
        ValueError: there are less than two such batches.
    """
    count = hessian.objective.count // small
    if count < 2:
        raise ValueError(f"{hessian.objective.count} examples, expected at least {2 * small}")
    total, squares = torch.zeros(hessian.size, dtype=torch.float64, device=hessian.device), 0.0
    for gradient in hessian.gradients(small):
        precise: Tensor = gradient.double()
        total += precise
        squares += float(precise @ precise)
    return from_two_sizes(squares / count, float((total / count).square().sum()), small, count)


def from_two_sizes(small_square: float, large_square: float, small: int, ratio: int) -> NoiseScale:
    """From the mean |g|^2 of batches of `small` examples and of `ratio` times as many."""
    large = small * ratio
    signal = (large * large_square - small * small_square) / (large - small)
    return NoiseScale((small_square - large_square) / (1 / small - 1 / large), signal)
