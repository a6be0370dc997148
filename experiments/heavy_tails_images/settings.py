"""Typed settings of heavy_tails_images. No torch."""

from typing import Self

from pydantic import model_validator

from research.settings.barcodes import BarcodedImageSettings
from research.settings.base import refuse
from research.settings.images import ImageTrainingSettings
from research.settings.models import CNNSettings, ImageModelSettings
from research.settings.reweighting import WEIGHTED_LOSS, ReweightsClasses

FREQUENT, RARE = "frequent_loss", "rare_loss"
"""Mean losses over the images of a split without and with a barcode."""


class HeavyTailsImagesSettings(ReweightsClasses, ImageTrainingSettings):
    """A network learns ten frequent classes of images, and many rare ones told by barcodes."""

    data: BarcodedImageSettings = BarcodedImageSettings()
    model: ImageModelSettings = CNNSettings()

    def added_metrics(self) -> tuple[str, ...]:
        """What is minimised, which is the loss where classes are not weighted, and both halves."""
        return (f"*/{WEIGHTED_LOSS}", f"*/{FREQUENT}", f"*/{RARE}")

    @model_validator(mode="after")
    def _blocks_leave_something(self) -> Self:
        self.refuse_blocks_that_leave_nothing(self.model)
        return self

    @model_validator(mode="after")
    def _both_halves_are_evaluated(self) -> Self:
        wanted = self.evaluation.train_examples
        if wanted is not None and wanted < self.data.train_size:
            expected = "null, because the losses of the two halves are of all training images"
            refuse("evaluation.train_examples", wanted, expected)
        return self

    @model_validator(mode="after")
    def _batch_norm_has_two_examples(self) -> Self:
        if self.model.batch_norm:
            self.refuse_batch_of_one()
        return self
