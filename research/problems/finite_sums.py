"""Finite sums f(w) = (1/m) sum_i l(x_i^T w, y_i) + mu/2 ||w||^2, at many points at once.

Everything takes points as the last axis, so that hundreds of chains of stochastic gradient descent
are one tensor. What is evaluated one point at a time, with loops, is in the tests.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from research.settings.finite_sums import FiniteSumProblemSettings

Elementwise = Callable[[Tensor, Tensor], Tensor]
FEW = 4
"""Examples of a batch up to which adding them one by one beats a product of small matrices."""


@dataclass(frozen=True)
class Loss:
    """A loss l(z, y) of a prediction z and its derivatives in z.

    Attributes:
        value: l(z, y).
        slope: dl/dz; at a kink the subgradient 0.
        curvature: d^2 l/dz^2; None if it has a kink.
        largest_curvature: its supremum over z; infinite at a kink.
    """

    value: Elementwise
    slope: Elementwise
    curvature: Elementwise | None
    largest_curvature: float


LOSSES = {
    "logistic": Loss(
        value=lambda z, y: F.softplus(-y * z),
        slope=lambda z, y: -y * torch.sigmoid(-y * z),
        curvature=lambda z, y: torch.sigmoid(y * z) * torch.sigmoid(-y * z),
        largest_curvature=0.25,
    ),
    "squares": Loss(
        value=lambda z, y: (z - y).square() / 2,
        slope=lambda z, y: z - y,
        curvature=lambda z, y: torch.ones_like(z - y),
        largest_curvature=1.0,
    ),
    "absolute": Loss(
        value=lambda z, y: (z - y).abs(),
        slope=lambda z, y: torch.sign(z - y),
        curvature=None,
        largest_curvature=float("inf"),
    ),
}


@dataclass(frozen=True)
class FiniteSumProblem:
    """One instance.

    Attributes:
        features: the rows x_i, [m, n], float64.
        targets: y_i, [m]: -1 or 1 for the logistic loss, any number for the others.
        loss: l.
        mu: weight of the ridge.
    """

    features: Tensor
    targets: Tensor
    loss: Loss
    mu: float

    @property
    def examples(self) -> int:
        """The number of terms m."""
        return len(self.features)

    @property
    def dimension(self) -> int:
        """The dimension n of w."""
        return self.features.shape[1]

    def values(self, w: Tensor) -> Tensor:
        """Values of f at points w [..., n]: [...]."""
        losses = self.loss.value(w @ self.features.T, self.targets)
        return losses.mean(-1) + self.mu / 2 * w.square().sum(-1)

    def gradients(self, w: Tensor) -> Tensor:
        """The gradient of f, or a subgradient, at points w [..., n]: [..., n]."""
        slopes = self.loss.slope(w @ self.features.T, self.targets)
        return slopes @ self.features / self.examples + self.mu * w

    def batch_gradients(self, w: Tensor, index: Tensor) -> Tensor:
        """Gradients of batches: chain c evaluates all of its points on its own batch.

        Args:
            w: points, [chains, points, n].
            index: which examples, [chains, batch].

        Returns:
            The mean over the batch of grad f_i, [chains, points, n], where
            f_i(w) = l(x_i^T w, y_i) + mu/2 ||w||^2.
        """
        x = self.features.index_select(0, index.flatten()).view(*index.shape, -1)
        z = torch.bmm(w, x.transpose(1, 2))  # [chains, points, batch]
        slopes = self.loss.slope(z, self.targets[index].unsqueeze(1)) / index.shape[1]
        if index.shape[1] > FEW:
            return torch.baddbmm(w, slopes, x, beta=self.mu)
        gradients = self.mu * w
        for place in range(index.shape[1]):
            gradients.addcmul_(slopes[..., place : place + 1], x[:, place : place + 1])
        return gradients

    def hessian(self, w: Tensor) -> Tensor:
        """The Hessian of f at one point w [n]: [n, n].

        Raises:
            ValueError: the loss has a kink.
        """
        if self.loss.curvature is None:
            raise ValueError("a loss with a kink has no Hessian; expected a smooth one")
        curvature = self.loss.curvature(self.features @ w, self.targets)
        ridge = self.mu * torch.eye(self.dimension, dtype=w.dtype, device=w.device)
        return (self.features.T * curvature) @ self.features / self.examples + ridge

    def noise(self, w: Tensor) -> tuple[Tensor, Tensor]:
        """How the gradient of one random example varies, at points w [..., n].

        Returns:
            ||grad f||^2, [...], and sigma^2 = mean_i ||grad f_i - grad f||^2, [...].
        """
        slopes = self.loss.slope(w @ self.features.T, self.targets)
        mean = slopes @ self.features / self.examples
        second = slopes.square() @ self.features.square().sum(-1) / self.examples
        return (mean + self.mu * w).square().sum(-1), second - mean.square().sum(-1)

    def noise_covariance(self, w: Tensor) -> Tensor:
        """Covariance of grad f_i over i at one point w [n]: [n, n]; its trace is sigma^2."""
        slopes = self.loss.slope(self.features @ w, self.targets)
        each = slopes.unsqueeze(1) * self.features
        centred = each - each.mean(0)
        return centred.T @ centred / self.examples


def draw_problem(settings: FiniteSumProblemSettings, generator: Generator) -> FiniteSumProblem:
    """A random instance, on the generator's device.

    Features are Gaussian with scales 1 to 1/condition, of which rarity leaves some out. With
    random signs u, labels follow X u plus noise: its sign for the logistic loss. For least squares
    the noise is orthogonal to all features, so that without a ridge the minimiser is u itself.
    """
    m, n = settings.examples, settings.features

    def draw(kind: Callable[..., Tensor], *shape: int) -> Tensor:
        return kind(shape, generator=generator, dtype=torch.float64, device=generator.device)

    exponents = torch.linspace(0, 1, n, dtype=torch.float64, device=generator.device)
    ranks = torch.arange(1, n + 1, dtype=torch.float64, device=generator.device)
    is_there = draw(torch.rand, m, n) < ranks**-settings.rarity
    features = draw(torch.randn, m, n) * settings.condition**-exponents * is_there
    clean = features @ draw(torch.randn, n).sign()
    noise = settings.label_noise * clean.std() * draw(torch.randn, m)
    if settings.loss == "logistic":
        targets = torch.where(clean + noise >= 0, 1.0, -1.0).to(torch.float64)
    elif settings.loss == "squares":
        basis = torch.linalg.qr(features).Q
        targets = clean + noise - basis @ (basis.T @ noise)
    else:
        targets = clean + noise
    return FiniteSumProblem(features, targets, LOSSES[settings.loss], settings.mu)
