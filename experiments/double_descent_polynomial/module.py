"""Fits polynomials of every degree to all draws of the noise at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from experiments.double_descent_polynomial.polynomials import (
    design,
    equispaced,
    features,
    interpolate,
    target,
)
from experiments.double_descent_polynomial.settings import DoubleDescentPolynomialSettings
from research.problems.minimum_norm import minimum_norm
from research.seeds import derive
from research.training.sweep import Result, SweepModule

QUARTILES = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Examples:
    """The training examples of all draws.

    Where all draws share their x, there is one set of x with a column of targets per draw, so that
    one decomposition serves them all; else there is a set of x with one column for each draw.

    Attributes:
        x: [sets, n].
        y: noisy targets, [sets, n, columns]; sets times columns are the draws.
    """

    x: Tensor
    y: Tensor


class DoubleDescentPolynomial(SweepModule):
    """One point per number of coefficients P.

    Metrics: `parameters` P; `test_mse`, the median over draws, and its quartiles `test_mse_low`,
    `test_mse_high`; `train_mse` and `norm` of the coefficients, medians.
    Arrays: `draws` [3, draws], the test and train error and the norm of each draw; `fit`
    [curve_points] of the first draw, if fits are kept. At the first point also `examples` [2, n] of
    the first draw, x above y; at P = n, if all polynomials below degree n are in, also `exact`
    [draws], the test error of the interpolating polynomial in Lagrange's form.
    """

    settings: DoubleDescentPolynomialSettings

    def points(self) -> Sequence[int]:
        """The numbers of coefficients."""
        return self.settings.parameters

    def compute(self, index: int, point: int) -> Result:
        """Solves for one P; every point sees the same examples."""
        settings, examples = self.settings, self._examples()
        test_x, curve_x = equispaced(settings.test_points), equispaced(settings.curve_points)
        places = torch.cat(
            [examples.x.reshape(-1), test_x.to(self.device), curve_x.to(self.device)]
        )
        rows = features(places, settings.basis, point, settings.constant)
        seen = examples.x.numel()
        train_rows, test_rows, curve_rows = rows.tensor_split((seen, seen + len(test_x)))
        train_rows = train_rows.view(*examples.x.shape, point)
        weights = minimum_norm(train_rows, examples.y, settings.rcond, settings.ridge)
        truth = target(test_x.to(self.device), settings.target).unsqueeze(-1)
        test = mean_square(test_rows @ weights - truth)
        train = mean_square(train_rows @ weights - examples.y)
        norm = weights.square().sum(-2).sqrt().reshape(-1)
        arrays = {"draws": torch.stack([test, train, norm])}
        if settings.keep_fits:
            arrays["fit"] = (curve_rows @ weights)[0, :, 0]
        if index == 0:
            arrays["examples"] = torch.stack([examples.x[0], examples.y[0, :, 0]])
        if point == settings.examples and settings.constant:
            interpolated = interpolate(examples.x, examples.y, test_x.to(self.device))
            arrays["exact"] = mean_square(interpolated - truth)
        return Result({"parameters": point, **summary(test, train, norm)}, arrays)

    def _examples(self) -> Examples:
        """Drawn on the processor, so that a GPU sees the same; from the seed of the run alone."""
        settings = self.settings
        generator = torch.Generator().manual_seed(derive(self.seed, "examples"))
        x = design(settings.design, settings.examples, settings.draws, generator)
        shape = (len(x), settings.examples, settings.draws // len(x))
        noise = torch.randn(shape, dtype=torch.float64, generator=generator)
        y = target(x, settings.target).unsqueeze(-1) + settings.noise * noise
        return Examples(x.to(self.device), y.to(self.device))


def mean_square(errors: Tensor) -> Tensor:
    """The mean over points: [sets, points, columns] to [sets * columns], one per draw."""
    return errors.square().mean(-2).reshape(-1)


def summary(test: Tensor, train: Tensor, norm: Tensor) -> dict[str, float]:
    """Medians over draws, and the quartiles of the test error."""
    low, middle, high = test.quantile(test.new_tensor(QUARTILES)).tolist()
    return {
        "test_mse": middle,
        "test_mse_low": low,
        "test_mse_high": high,
        "train_mse": float(train.quantile(0.5)),
        "norm": float(norm.quantile(0.5)),
    }
