"""Typed settings of double_descent_features. No torch."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from research.settings.base import refuse
from research.settings.images import IMAGES, ImageSet, ImageSettings, UsesImages
from research.settings.sweep import SweepSettings

Ratio = Annotated[float, Field(gt=0, le=1000)]

LARGEST = 20_000
"""Most images, or features where images vary: a matrix of that size squared takes 3 GiB."""

SIGMAS: dict[ImageSet, float] = {
    "digits": 1.5,
    "mnist": 5.0,
    "fashion_mnist": 5.0,
    "cifar10": 9.2,
}
"""By image set about half the median distance of two images, with pixels in [0, 1].

The medians, of 1,000 digits and 3,000 training images of the others: 3.06, 10.2, 11.5 and 18.4.
Fashion-MNIST is given MNIST's, which Belkin et al. (2019) use.
"""

NEAR_ONE = (0.9, 0.95, 1.0, 1.05, 1.1)
"""The peak is so narrow that a grid without these ratios would cut it off: every grid has them."""


class DoubleDescentFeaturesSettings(SweepSettings, UsesImages):
    """A linear model on random features of images, fitted with the least norm.

    The seed of a run draws which images there are, which labels are noisy, and the features.
    """

    data: ImageSettings = ImageSettings(standardise=False)
    """The images; those that are trained on are n, where features vary."""
    sweep: Literal["features", "samples"] = "features"
    """What varies: the number of features N, or that of training images n.

    Images that vary come from all that there are: then data.train_examples is ignored.
    """
    features: Literal["fourier", "relu"] = "fourier"
    """cos(<v, x> + b) with Gaussian v and uniform b, or max(<v, x>, 0) with Gaussian v."""
    sigma: float | None = Field(default=None, gt=0)
    """Width of the kernel that Fourier features approximate, in units of the pixels.

    null: about half the median distance of two images (digits 1.5, mnist 5, cifar10 9.2).
    """
    ratios: Annotated[tuple[Ratio, ...], Field(strict=False, min_length=1)] = (
        0.05, 0.1, 0.15, 0.25, 0.5, 0.75, 0.9, 0.95, 1.0,
        1.05, 1.1, 1.25, 1.5, 2.0, 4.0, 10.0, 20.0,
    )  # fmt: skip
    """N/n, or n/N if images vary, rising; 1 must be there, and 0.9, 0.95, 1.05, 1.1 are added."""
    feature_count: int = Field(default=400, ge=10)
    """N where the number of training images varies; else n is data.train_examples."""

    @property
    def kernel_width(self) -> float:
        """Sigma, or what null stands for."""
        return SIGMAS[self.data.name] if self.sigma is None else self.sigma

    @property
    def images(self) -> int:
        """Images that may be trained on: where n varies they are all that there are."""
        if self.sweep == "features":
            return self.data.train_size
        return IMAGES[self.data.name][0] - self.data.validation_examples

    @property
    def unit(self) -> int:
        """What ratios are multiplied with: n, or N if images vary."""
        return self.data.train_size if self.sweep == "features" else self.feature_count

    @property
    def counts(self) -> tuple[int, ...]:
        """The numbers of features, or of training images, that are swept, ascending."""
        ratios = {*self.ratios, *NEAR_ONE}
        return tuple(sorted({round(ratio * self.unit) for ratio in ratios}))

    @model_validator(mode="after")
    def _ratios_make_a_grid(self) -> Self:
        if list(self.ratios) != sorted(set(self.ratios)):
            refuse("ratios", list(self.ratios), "different ratios in rising order")
        if 1 not in self.ratios:
            refuse("ratios", list(self.ratios), "1 among them, where the peak is")
        if round(self.ratios[0] * self.unit) < 1:
            of, what = ("n", "feature") if self.sweep == "features" else ("N", "training image")
            expected = f"ratios that give a {what} or more each, where {of} = {self.unit}"
            refuse("ratios", list(self.ratios), expected)
        return self

    @model_validator(mode="after")
    def _it_can_be_decomposed(self) -> Self:
        if self.unit > LARGEST:
            key = "data.train_examples" if self.sweep == "features" else "feature_count"
            refuse(key, self.unit, f"at most {LARGEST}, since a matrix of that size is decomposed")
        return self

    @model_validator(mode="after")
    def _there_are_enough_images(self) -> Self:
        if self.sweep == "samples" and self.counts[-1] > self.images:
            found = f"{self.feature_count}, so that ratio {max(*self.ratios, NEAR_ONE[-1]):g}"
            found += f" asks for {self.counts[-1]} training images"
            refuse("feature_count", found, f"at most the {self.images} that there are")
        return self

    @model_validator(mode="after")
    def _pixels_have_the_units_of_sigma(self) -> Self:
        if self.sigma is None and self.features == "fourier" and self.data.standardise:
            expected = "a number where data.standardise is true, since null is for pixels in [0, 1]"
            refuse("sigma", "null", expected)
        return self

    @model_validator(mode="after")
    def _images_stay_as_they_are(self) -> Self:
        if self.data.augmentation != "none":
            found = self.data.augmentation
            refuse("data.augmentation", found, "none: there are no training steps to vary it in")
        return self
