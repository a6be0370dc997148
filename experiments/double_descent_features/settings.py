"""Typed settings of double_descent_features. No torch."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from research.settings.base import refuse
from research.settings.images import UsesImages
from research.settings.sweep import SweepSettings

Ratio = Annotated[float, Field(gt=0, le=1000)]

LARGEST = 20_000
"""Most images, or features where images vary: a matrix of that size squared takes 3 GiB."""

NEAR_ONE = (0.9, 0.95, 1.0, 1.05, 1.1)
"""The peak is so narrow that a grid without these ratios would cut it off: every grid has them."""


class DoubleDescentFeaturesSettings(SweepSettings, UsesImages):
    """A linear model on random features of images, fitted with the least norm.

    The seed of a run draws which images there are, which labels are noisy, and the features.
    """

    sweep: Literal["features", "samples"] = "features"
    """What varies: the number of features N, or that of training images n."""
    features: Literal["fourier", "relu"] = "fourier"
    """cos(<v, x> + b) with Gaussian v and uniform b, or max(<v, x>, 0) with Gaussian v."""
    sigma: float = Field(default=5.0, gt=0)
    """Width of the kernel that Fourier features approximate, in units of the pixels."""
    ratios: Annotated[tuple[Ratio, ...], Field(strict=False, min_length=1)] = (
        0.05, 0.1, 0.15, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0,
        1.05, 1.1, 1.25, 1.5, 2.0, 4.0, 10.0, 20.0,
    )  # fmt: skip
    """N/n, or n/N if images vary; 1 must be one of them, and 0.9, 0.95, 1.05, 1.1 are added."""
    feature_count: int = Field(default=400, ge=10)
    """N where the number of training images varies; else n is data.train_examples."""

    @property
    def unit(self) -> int:
        """What ratios are multiplied with: n, or N if images vary."""
        return self.data.train_size if self.sweep == "features" else self.feature_count

    @property
    def counts(self) -> tuple[int, ...]:
        """The numbers of features, or of training images, that are swept, ascending."""
        ratios = {*self.ratios, *NEAR_ONE}
        return tuple(sorted({max(1, round(ratio * self.unit)) for ratio in ratios}))

    @model_validator(mode="after")
    def _the_threshold_is_on_the_grid(self) -> Self:
        if 1 not in self.ratios:
            refuse("ratios", list(self.ratios), "1 among them, where the peak is")
        return self

    @model_validator(mode="after")
    def _it_can_be_decomposed(self) -> Self:
        if self.unit > LARGEST:
            key = "data.train_examples" if self.sweep == "features" else "feature_count"
            refuse(key, self.unit, f"at most {LARGEST}, since a matrix of that size is decomposed")
        return self

    @model_validator(mode="after")
    def _there_are_enough_images(self) -> Self:
        if self.sweep == "samples" and self.counts[-1] > self.data.train_size:
            found = f"{self.feature_count}, so that ratio {max(*self.ratios, NEAR_ONE[-1]):g}"
            found += f" asks for {self.counts[-1]} training images"
            refuse("feature_count", found, f"at most the {self.data.train_size} that there are")
        return self
