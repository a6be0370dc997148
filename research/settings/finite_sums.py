"""Settings of finite sums: f(w) = mean of m losses of x_i^T w, plus mu/2 ||w||^2. No torch."""

from typing import Literal, Self

from pydantic import Field, model_validator

from research.settings.base import Settings, refuse


class FiniteSumProblemSettings(Settings):
    """A random instance; the seed of the run draws it."""

    loss: Literal["logistic", "squares", "absolute"] = "logistic"
    """ln(1 + exp(-y z)), (z - y)^2 / 2 or |z - y| of the prediction z = x^T w."""
    examples: int = Field(default=200, ge=2)
    """m, the number of terms of the sum."""
    features: int = Field(default=10, ge=1)
    """n, the dimension of w."""
    mu: float = Field(default=1.0, ge=0)
    """Weight of the ridge mu/2 ||w||^2, which makes the sum strongly convex."""
    condition: float = Field(default=1.0, ge=1)
    """Largest over smallest scale of a feature; the scales between are evenly spaced in log."""
    rarity: float = Field(default=0.0, ge=0)
    """Feature j = 1, 2, ... is there with probability j^-rarity, and zero otherwise; 0 is dense."""
    label_noise: float = Field(default=1.0, ge=0)
    """Deviation of the noise of labels, in deviations of the noiseless prediction."""

    @model_validator(mode="after")
    def _there_is_a_minimiser(self) -> Self:
        if self.loss == "absolute" and self.mu > 0:
            refuse("mu", self.mu, "0, because loss is absolute")
        if self.examples <= self.features:
            refuse("examples", self.examples, f"more than the {self.features} features")
        if self.loss == "logistic" and self.mu == 0 and self.label_noise == 0:
            refuse("label_noise", 0.0, "more than 0, because mu is 0 and labels are separable")
        return self
