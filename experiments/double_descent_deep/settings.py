"""Typed settings of double descent in trained networks. No torch."""

from typing import Self

from pydantic import model_validator

from research.settings.base import refuse
from research.settings.images import ImageTrainingSettings
from research.settings.models import CNN5Settings, ScaledModelSettings


class DoubleDescentDeepSettings(ImageTrainingSettings):
    """A network of width k is trained far beyond the point at which it knows its noisy labels."""

    model: ScaledModelSettings = CNN5Settings()
    fresh_statistics: bool = True
    """Whether each evaluation measures batch norm's statistics anew, on the training images.

    The running averages that training leaves behind lag behind the weights. What the test images
    say with those is kept as `test/accuracy_lagging`.
    """

    def added_metrics(self) -> tuple[str, ...]:
        """The axis of epochs, and the parts of the training set."""
        lagging = ("test/accuracy_lagging",) if self.fresh_statistics else ()
        noisy = ("train/error_on_noisy", "train/truth_on_noisy") if self.data.label_noise else ()
        return ("epoch", "train/error_on_clean", *noisy, *lagging)

    @model_validator(mode="after")
    def _shrinking_leaves_four_pixels(self) -> Self:
        most = min(self.data.shape[1:]) // 4
        if isinstance(self.model, CNN5Settings) and self.model.shrink > most:
            refuse("model.shrink", self.model.shrink, f"at most {most} for {self.data.name}")
        return self

    @model_validator(mode="after")
    def _batch_norm_has_two_examples(self) -> Self:
        self.refuse_batch_of_one()
        return self
