"""Typed settings of generalisation. No torch."""

from typing import Self

from pydantic import model_validator

from research.settings.base import refuse
from research.settings.images import ImageTrainingSettings
from research.settings.models import CNNSettings, ImageModelSettings


class GeneralisationSettings(ImageTrainingSettings):
    """A small network learns to tell images apart, and is tested on images that it has not seen."""

    model: ImageModelSettings = CNNSettings()

    def added_metrics(self) -> tuple[str, ...]:
        """None besides loss and accuracy."""
        return ()

    @model_validator(mode="after")
    def _blocks_leave_something(self) -> Self:
        self.refuse_blocks_that_leave_nothing(self.model)
        return self

    @model_validator(mode="after")
    def _batch_norm_has_two_examples(self) -> Self:
        if self.model.batch_norm and self.smallest_batch == 1:
            size, batch = self.data.train_size, self.batch_size or self.data.train_size
            refuse(
                "model.batch_norm",
                True,
                f"false, because a batch of {size} in steps of {batch} has one image",
            )
        if self.model.batch_norm:
            self.refuse_part_of_one()
        return self
