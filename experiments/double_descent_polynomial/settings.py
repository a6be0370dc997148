"""Settings of double_descent_polynomial. No torch."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from research.settings.base import refuse
from research.settings.sweep import SweepSettings

Basis = Literal["chebyshev", "legendre", "monomial"]
Design = Literal["equispaced", "uniform", "chebyshev_nodes"]
Target = Literal["sin(4.5x)", "2x+cos(25x)"]
Degrees = Annotated[tuple[Annotated[int, Field(ge=1, le=5000)], ...], Field(strict=False)]


class DoubleDescentPolynomialSettings(SweepSettings):
    """Minimum-norm least squares over polynomials; one point of the sweep per degree."""

    basis: Basis = "chebyshev"
    """Polynomials whose coefficients are kept short."""
    design: Design = "equispaced"
    """Where the examples lie in [-1, 1]; uniform ones are drawn anew for every draw."""
    examples: int = Field(default=50, ge=2, le=500)
    """Training examples n."""
    target: Target = "sin(4.5x)"
    """What is learned."""
    noise: float = Field(default=0.25, ge=0)
    """Standard deviation of the noise in the training targets; test targets have none."""
    constant: bool = True
    """Whether the polynomial of degree 0 is among the features."""
    all_degrees_to: int = Field(default=100, ge=1, le=5000)
    """Every degree up to this one is a point."""
    more_degrees: Degrees = ()
    """Further degrees, rising."""
    draws: int = Field(default=20, ge=1, le=10_000)
    """Seeds of noise and uniform examples, all computed at once."""
    ridge: float = Field(default=0.0, ge=0)
    """Penalty on the sum of squared coefficients, added to the sum of squared errors."""
    rcond: float | None = Field(default=1e-15, ge=0, lt=1)
    """Singular values up to this share of the largest count as zero; null means that of lstsq."""
    test_points: int = Field(default=100, ge=2)
    """Equispaced points in [-1, 1] at which the test error is taken."""
    keep_fits: bool = True
    """Whether the first draw's fit is kept at every point, for the figures."""
    curve_points: int = Field(default=400, ge=2)
    """Equispaced points at which it is kept."""

    @property
    def all_parameters_to(self) -> int:
        """The number of coefficients at degree `all_degrees_to`."""
        return self.all_degrees_to + (1 if self.constant else 0)

    @property
    def parameters(self) -> list[int]:
        """The number of coefficients at each point of the sweep, rising."""
        first = 0 if self.constant else 1
        degrees = [*range(first, self.all_degrees_to + 1), *self.more_degrees]
        return [degree + 1 - first for degree in degrees]

    @model_validator(mode="after")
    def _further_degrees_rise(self) -> Self:
        degrees = [self.all_degrees_to, *self.more_degrees]
        if degrees != sorted(set(degrees)):
            expected = f"rising degrees above all_degrees_to, {self.all_degrees_to}"
            refuse("more_degrees", list(self.more_degrees), expected)
        return self

    @model_validator(mode="after")
    def _the_threshold_is_a_point(self) -> Self:
        if self.examples not in self.parameters:
            least = self.examples - (1 if self.constant else 0)
            expected = f"at least {least}, where parameters are as many as examples"
            refuse("all_degrees_to", self.all_degrees_to, expected)
        return self
