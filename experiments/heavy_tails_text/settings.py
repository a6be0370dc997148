"""Typed settings of heavy_tails_text. No torch."""

from typing import Self

from pydantic import model_validator

from research.settings.base import refuse
from research.settings.models import TransformerSettings
from research.settings.reweighting import ReweightsClasses
from research.settings.text import TextTrainingSettings


class HeavyTailsTextSettings(ReweightsClasses, TextTrainingSettings):
    """A transformer learns to predict the next token, most kinds of which are rare."""

    model: TransformerSettings = TransformerSettings()

    def added_metrics(self) -> tuple[str, ...]:
        """What training minimises, where that is not the loss itself."""
        return () if self.reweighting == "none" else ("*/weighted_loss",)

    @model_validator(mode="after")
    def _every_token_has_a_class(self) -> Self:
        if self.model.output_classes is not None:
            refuse("model.output_classes", self.model.output_classes, "null: one for each token")
        return self
