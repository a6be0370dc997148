"""Settings of image data, and of the experiments that train on it. No torch."""

from typing import Literal, Self

from pydantic import Field, model_validator

from research.settings.base import Settings, refuse
from research.settings.training import TrainingSettings

ImageSet = Literal["digits", "mnist", "fashion_mnist"]

SHAPES: dict[ImageSet, tuple[int, int, int]] = {
    "digits": (1, 8, 8),
    "mnist": (1, 28, 28),
    "fashion_mnist": (1, 28, 28),
}
"""Channels, height and width of one image."""

IMAGES: dict[ImageSet, tuple[int, int]] = {
    "digits": (1438, 359),
    "mnist": (60_000, 10_000),
    "fashion_mnist": (60_000, 10_000),
}
"""How many images there are to train on (validation is taken out of them) and to test on."""


class ImageSettings(Settings):
    """Labelled images of ten classes, split into train, test and, if wanted, validation."""

    name: ImageSet = "digits"
    """8 x 8 digits (they come with scikit-learn), or the 28 x 28 ones of (Fashion-)MNIST's files.

    The files of `mnist` and `fashion_mnist` are looked for in the data folder.
    """
    train_examples: int | None = Field(default=None, ge=1)
    """Images that are trained on; null means all that the other splits leave."""
    validation_examples: int = Field(default=0, ge=0)
    """Images held out of the training part, to choose by; 0 makes no split `validation`."""
    test_examples: int | None = Field(default=None, ge=1)
    """Test images; null means all 10,000 of (Fashion-)MNIST, a fifth of the digits (359)."""
    split_seed: int = Field(default=0, ge=0)
    """Seed of who is in which split; the run's own seed changes initialisation and order only."""
    standardise: bool = True
    """Pixels minus the training pixels' mean, over their deviation; else numbers in [0, 1]."""
    label_noise: float = Field(default=0.0, ge=0, le=1)
    """Share of training labels that are drawn anew, each class alike, so that some stay right."""
    label_seed: int = Field(default=0, ge=0)
    """Seed of which labels those are, and of what they become."""

    @property
    def shape(self) -> tuple[int, int, int]:
        """Channels, height and width of one image."""
        return SHAPES[self.name]

    @property
    def classes(self) -> int:
        """Number of classes."""
        return 10

    @property
    def train_size(self) -> int:
        """How many images are trained on."""
        left = IMAGES[self.name][0] - self.validation_examples
        return left if self.train_examples is None else self.train_examples

    @model_validator(mode="after")
    def _there_are_enough(self) -> Self:
        train, test = IMAGES[self.name]
        if self.validation_examples >= train:
            refuse("validation_examples", self.validation_examples, f"fewer than {train}")
        left = train - self.validation_examples
        if (self.train_examples or 0) > left:
            refuse("train_examples", self.train_examples, f"at most {left} of {self.name}")
        if (self.test_examples or 0) > test:
            refuse("test_examples", self.test_examples, f"at most {test} of {self.name}")
        return self


class ImageTrainingSettings(TrainingSettings):
    """The settings of an experiment that trains on images; it adds its model."""

    data: ImageSettings = ImageSettings()
    data_folder: str | None = None
    """Folder of data files; null means $DESCENT_DATA, or ~/.cache/descent where that is unset."""
