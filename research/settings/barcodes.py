"""Settings of images some of which have a barcode drawn into them, a class each. No torch."""

from typing import Self

from pydantic import Field, model_validator

from research.settings.base import refuse
from research.settings.images import ImageSettings


class BarcodedImageSettings(ImageSettings):
    """Images of ten classes, and copies of them with barcodes: many further classes, all rare.

    A copy's class is its barcode together with what it shows: 2^bits - 1 codes make ten times as
    many classes of `images_per_class` images each. The ten classes of the images without a code are
    as frequent as they were.
    """

    bits: int = Field(default=5, ge=1, le=16)
    """Pixels of a code: each is as bright as can be, or left as it is."""
    images_per_class: int = Field(default=5, ge=1)
    """Training images of each class with a barcode."""
    test_images_per_class: int = Field(default=1, ge=1)
    """Images of each such class in every other split."""
    empty_code: bool = False
    """Whether the code with no bright pixel is one too, as in the paper's data: 2^bits codes.

    Images of its ten classes look like those without a barcode, so no network can tell them apart.
    """
    standardise_each_pixel: bool = False
    """Whether each pixel is standardised by its own mean and deviation, as in the paper."""

    @property
    def codes(self) -> int:
        """How many barcodes there are."""
        return (1 << self.bits) - (not self.empty_code)

    @property
    def plain_classes(self) -> int:
        """Number of classes without a barcode; they come first."""
        return super().classes

    @property
    def classes(self) -> int:
        """Number of classes, with and without barcodes."""
        return self.plain_classes * (1 + self.codes)

    @property
    def train_size(self) -> int:
        """How many images are trained on, with and without barcodes."""
        return super().train_size + self.plain_classes * self.codes * self.images_per_class

    @property
    def code_pixels(self) -> tuple[tuple[int, int], ...]:
        """Row and column of each bit, the one that counts most first.

        They are neighbours in the first row. That of the 8 x 8 digits is full of strokes, so theirs
        are in the first column, which is blank but for a few grey pixels.
        """
        if self.name == "digits":
            return tuple((place, 0) for place in range(self.bits))
        return tuple((0, place) for place in range(self.bits))

    @model_validator(mode="after")
    def _codes_fit(self) -> Self:
        room = self.shape[1] if self.name == "digits" else self.shape[2]
        if self.bits > room:
            refuse("bits", self.bits, f"at most {room} for {self.name}")
        return self

    @model_validator(mode="after")
    def _classes_are_what_they_say(self) -> Self:
        if self.label_noise:
            refuse("label_noise", self.label_noise, "0, because barcodes go with right labels")
        if self.augmentation != "none":
            refuse("augmentation", self.augmentation, "none, because shifts move a barcode")
        if self.standardise_each_pixel and not self.standardise:
            refuse("standardise_each_pixel", True, "false where standardise is")
        return self
