"""Settings of image data, and of the experiments that use it. No torch."""

from collections.abc import Iterable
from typing import Literal, Self

from pydantic import Field, model_validator

from research.settings.base import Settings, refuse
from research.settings.models import CNNSettings
from research.settings.training import TrainingSettings

ImageSet = Literal["digits", "mnist", "fashion_mnist", "cifar10"]

NoisyLabels = Literal["wrong", "any"]
Augmentation = Literal["none", "crop_flip"]

SHAPES: dict[ImageSet, tuple[int, int, int]] = {
    "digits": (1, 8, 8),
    "mnist": (1, 28, 28),
    "fashion_mnist": (1, 28, 28),
    "cifar10": (3, 32, 32),
}
"""Channels, height and width of one image."""

IMAGES: dict[ImageSet, tuple[int, int]] = {
    "digits": (1438, 359),
    "mnist": (60_000, 10_000),
    "fashion_mnist": (60_000, 10_000),
    "cifar10": (50_000, 10_000),
}
"""How many images there are to train on (validation is taken out of them) and to test on."""


class ImageSettings(Settings):
    """Labelled images of ten classes, split into train, test and, if wanted, validation."""

    name: ImageSet = "digits"
    """8 x 8 digits (they come with scikit-learn), or images from files.

    `mnist` and `fashion_mnist` are 28 x 28 and grey, `cifar10` is 32 x 32 in colour. Their files
    are looked for in the data folder, and downloaded to it where they are missing.
    """
    allow_unofficial: bool = False
    """Whether a local file is used whose checksum is not the official one; provenance says so."""
    train_examples: int | None = Field(default=None, ge=1)
    """Images that are trained on; null means all that the other splits leave."""
    validation_examples: int = Field(default=0, ge=0)
    """Images held out of the training part, to choose by; 0 makes no split `validation`."""
    test_examples: int | None = Field(default=None, ge=1)
    """Test images; null means all 10,000 of the files, a fifth of the digits (359)."""
    split_seed: int = Field(default=0, ge=0)
    """Seed of who is in which split; the run's own seed changes initialisation and order only."""
    standardise: bool = True
    """Pixels minus the training pixels' mean, over their deviation, by channel; else in [0, 1]."""
    label_noise: float = Field(default=0.0, ge=0, lt=1)
    """Chance of each training label to be noisy, drawn once; test and validation stay right."""
    noisy_labels: NoisyLabels = "wrong"
    """What a noisy label becomes: any of the nine wrong classes, or any of all ten (some right)."""
    label_seed: int = Field(default=0, ge=0)
    """Seed of which labels are noisy, and of what they become."""
    augmentation: Augmentation = "none"
    """crop_flip: each step sees its images shifted by up to 4 pixels, half of them mirrored."""

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

    @property
    def splits(self) -> tuple[str, ...]:
        """Names of the splits."""
        return ("train", "validation", "test") if self.validation_examples else ("train", "test")

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


class UsesImages(Settings):
    """What an experiment has that uses images, whether it trains on them or sweeps over them."""

    data: ImageSettings = ImageSettings()
    data_folder: str | None = None
    """Folder of data files; null means $DESCENT_DATA, or ~/.cache/descent where that is unset."""


class ImageTrainingSettings(UsesImages, TrainingSettings):
    """The settings of an experiment that trains on images; it adds its model."""

    def splits(self) -> tuple[str, ...]:
        """Names of the splits that are evaluated."""
        return self.data.splits

    @property
    def smallest_batch(self) -> int:
        """How many images the smallest batch of an epoch has; batch norm needs two."""
        size = self.data.train_size
        batch = min(self.batch_size or size, size)
        return size % batch or batch if self.last_batch == "keep" else batch

    def refuse_batch_of_one(self) -> None:
        """Refuses an epoch that ends with a batch of one image, which batch norm can't take."""
        if self.smallest_batch == 1:
            size = self.data.train_size
            expected = f"another size or last_batch drop, because {size} images leave a batch of 1"
            refuse("batch_size", self.batch_size, f"{expected}, and batch norm needs two")
        self.refuse_part_of_one()

    def refuse_part_of_one(self) -> None:
        """Refuses a batch whose parts, computed one by one, leave a single image for batch norm."""
        size = self.data.train_size
        refuse_parts_of_one((min(self.batch_size or size, size), self.smallest_batch), self)

    def refuse_blocks_that_leave_nothing(self, model: Settings, shrink: int = 1) -> None:
        """Refuses a convolutional network whose blocks halve an image until nothing is left.

        Args:
            model: the network's settings.
            shrink: squares of so many pixels are averaged before it.
        """
        most = (min(self.data.shape[1:]) // shrink).bit_length() - 1
        if isinstance(model, CNNSettings) and len(model.channels) > most:
            expected = f"at most {most} for {self.data.name}"
            refuse("model.channels", list(model.channels), expected)


def refuse_parts_of_one(batches: Iterable[int], settings: TrainingSettings) -> None:
    """Refuses parts of one image, of batches of these sizes, where a network has batch norm."""
    most = settings.micro_batch_size
    for batch in batches:
        if most is not None and (batch % most or min(batch, most)) == 1:
            expected = f"another size, because a batch of {batch} images leaves a part of 1"
            refuse("micro_batch_size", most, f"{expected}, and batch norm needs two")
