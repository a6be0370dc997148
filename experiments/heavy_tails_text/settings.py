"""Typed settings of heavy_tails_text. No torch."""

from research.settings.models import TransformerSettings
from research.settings.reweighting import ReweightsClasses
from research.settings.text import TextTrainingSettings


class HeavyTailsTextSettings(ReweightsClasses, TextTrainingSettings):
    """A transformer learns to predict the next token, most kinds of which are rare."""

    model: TransformerSettings = TransformerSettings()

    def added_metrics(self) -> tuple[str, ...]:
        """What training minimises, where that is not the loss itself."""
        return () if self.reweighting == "none" else ("*/weighted_loss",)
