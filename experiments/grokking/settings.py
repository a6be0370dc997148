"""Typed settings of grokking. No torch."""

from typing import Self

from pydantic import model_validator

from research.settings.base import refuse
from research.settings.data import ModularArithmeticSettings
from research.settings.models import TransformerSettings
from research.settings.training import TrainingSettings


class GrokkingSettings(TrainingSettings):
    """A transformer learns all equations of one binary operation from a part of them."""

    data: ModularArithmeticSettings = ModularArithmeticSettings()
    model: TransformerSettings = TransformerSettings()
    prefix_sharing: bool = False
    """Compute what several examples share once (exact, faster; not with dropout)."""

    def added_metrics(self) -> tuple[str, ...]:
        """What shows how the network computes."""
        return (
            "*/saturated_rows",
            "*/largest_logit",
            "fourier/top_share",
            "fourier/gini",
            "weight_norm/embedding",
            "weight_norm/attention",
            "weight_norm/feed_forward",
            "weight_norm/norm",
            "weight_norm/output",
            "weight_norm/all",
        )

    def splits(self) -> tuple[str, ...]:
        """Names of the splits that are evaluated."""
        return ("train", "validation")

    @model_validator(mode="after")
    def _prefix_sharing_without_dropout(self) -> Self:
        if self.prefix_sharing and self.model.dropout > 0:
            refuse("prefix_sharing", True, f"false, because dropout is {self.model.dropout}")
        return self

    @model_validator(mode="after")
    def _every_answer_has_a_class(self) -> Self:
        needed = self.data.vocabulary if self.data.supervise_end else self.data.elements
        if (self.model.output_classes or needed) < needed:
            refuse("model.output_classes", self.model.output_classes, f"at least {needed}")
        return self
