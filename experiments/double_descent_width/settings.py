"""Typed settings of double_descent_width, and its threshold. No torch."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from research.settings.base import refuse
from research.settings.images import UsesImages
from research.settings.optimizers import (
    AdamSettings,
    AdamWSettings,
    HeavyBallSettings,
    NesterovSettings,
    SGDSettings,
)
from research.settings.schedules import ConstantSettings, CosineSettings, StepSettings
from research.settings.sweep import SweepSettings

Widths = Annotated[tuple[Annotated[int, Field(ge=1)], ...], Field(strict=False, min_length=1)]
ElementWise = Annotated[
    SGDSettings | HeavyBallSettings | NesterovSettings | AdamSettings | AdamWSettings,
    Field(discriminator="name"),
]
"""Optimizers that treat every weight by itself, so that stacked networks don't mix."""
Schedule = Annotated[ConstantSettings | CosineSettings | StepSettings, Field(discriminator="name")]


class DoubleDescentWidthSettings(SweepSettings, UsesImages):
    """Two-layer networks of growing width, trained with squared loss on one-hot labels."""

    widths: Widths = (4, 8, 16, 24, 32, 40, 48, 53, 64, 80, 120, 200)
    """Hidden units H, rising; a network has (d+1)H + (H+1)K parameters."""
    networks: int = Field(default=5, ge=1)
    """Networks of each width, trained at once: they differ in initial weights and order."""
    epochs: int = Field(default=2000, ge=1)
    """Passes through the training images."""
    batch_size: int | None = Field(default=100, ge=1)
    """Images of a step; null means all of them."""
    initial_deviation: float = Field(default=0.1, gt=0)
    """Deviation of the initial weights; width 1 starts as Glorot and Bengio have it."""
    optimizer: ElementWise = HeavyBallSettings(lr=0.2, momentum=0.95)
    schedule: Schedule = ConstantSettings()
    schedule_beyond: Schedule | None = None
    """The schedule of widths with more than nK parameters; null means the same."""
    reuse_until: float = Field(default=1.0, ge=0)
    """Networks of up to this times nK parameters take over the next narrower ones' weights.

    0 draws every width anew.
    """

    @property
    def threshold(self) -> int:
        """NK: as many parameters as numbers to be fitted."""
        return self.data.train_size * self.data.classes

    def parameters(self, width: int) -> int:
        """Parameters of one network, (d+1)H + (H+1)K."""
        channels, height, columns = self.data.shape
        classes = self.data.classes
        return (channels * height * columns + 1) * width + (width + 1) * classes

    def reuses(self, index: int) -> bool:
        """Whether the width at an index takes over the weights of the one before it."""
        if not 0 < index < len(self.widths):
            return False
        return self.parameters(self.widths[index]) <= self.reuse_until * self.threshold

    @model_validator(mode="after")
    def _widths_rise(self) -> Self:
        if list(self.widths) != sorted(set(self.widths)):
            refuse("widths", list(self.widths), "different widths in rising order")
        return self

    @model_validator(mode="after")
    def _the_data_fits(self) -> Self:
        images = self.data.train_size
        if (self.batch_size or 0) > images:
            refuse("batch_size", self.batch_size, f"at most the {images} training images, or null")
        if self.data.validation_examples:
            found = self.data.validation_examples
            refuse("data.validation_examples", found, "0, because nothing is chosen by them")
        if self.data.augmentation != "none":
            refuse("data.augmentation", self.data.augmentation, "none: it would move the threshold")
        return self
