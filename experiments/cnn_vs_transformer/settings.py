"""Typed settings of cnn_vs_transformer. No torch."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from research.settings.base import refuse
from research.settings.images import ImageSettings, refuse_parts_of_one
from research.settings.models import CNNSettings, TransformerSettings
from research.settings.text import TextSettings
from research.settings.training import TrainingSettings


class TransformerChoice(TransformerSettings):
    """A transformer, told from a convolutional network by its name."""

    name: Literal["transformer"] = "transformer"


DataSettings = Annotated[ImageSettings | TextSettings, Field(discriminator="name")]
ModelSettings = Annotated[CNNSettings | TransformerChoice, Field(discriminator="name")]


class CnnVsTransformerSettings(TrainingSettings):
    """A convolutional network learns images, or a transformer learns text, by one optimizer."""

    data: DataSettings = ImageSettings()
    data_folder: str | None = None
    """Folder of data files; null means $DESCENT_DATA, or ~/.cache/descent where that is unset."""
    model: ModelSettings = CNNSettings()

    def added_metrics(self) -> tuple[str, ...]:
        """What the best constant prediction would have for a training loss."""
        return ("label_entropy",)

    def splits(self) -> tuple[str, ...]:
        """Names of the splits that are evaluated."""
        return self.data.splits

    @model_validator(mode="after")
    def _images_for_the_cnn_and_text_for_the_transformer(self) -> Self:
        wanted = "cnn" if isinstance(self.data, ImageSettings) else "transformer"
        if self.model.name != wanted:
            refuse(
                "model.name", self.model.name, f"{wanted}, because data.name is {self.data.name}"
            )
        return self

    @model_validator(mode="after")
    def _blocks_leave_something(self) -> Self:
        if isinstance(self.model, CNNSettings) and isinstance(self.data, ImageSettings):
            most = min(self.data.shape[1:]).bit_length() - 1
            if len(self.model.channels) > most:
                expected = f"at most {most} for {self.data.name}"
                refuse("model.channels", list(self.model.channels), expected)
        return self

    @model_validator(mode="after")
    def _batch_norm_has_two_images(self) -> Self:
        if not isinstance(self.data, ImageSettings) or not isinstance(self.model, CNNSettings):
            return self
        size = self.data.train_size
        batch = min(self.batch_size or size, size)
        last = size % batch if self.last_batch == "keep" else 0
        if self.model.batch_norm and 1 in (batch, last):
            reason = f"a batch of {size} in steps of {batch} has one image"
            refuse("model.batch_norm", True, f"false, because {reason}")
        if self.model.batch_norm:
            refuse_parts_of_one((batch, last or batch), self)
        return self

    @model_validator(mode="after")
    def _every_token_has_a_class(self) -> Self:
        if isinstance(self.model, TransformerChoice) and self.model.output_classes is not None:
            refuse("model.output_classes", self.model.output_classes, "null: one for each token")
        return self
