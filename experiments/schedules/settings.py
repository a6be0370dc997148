"""Typed settings of schedules. No torch."""

from research.settings.images import ImageTrainingSettings
from research.settings.models import MLPSettings


class SchedulesSettings(ImageTrainingSettings):
    """A network too small for its noisy labels: the learning rate decides how low it gets."""

    model: MLPSettings = MLPSettings()

    def added_metrics(self) -> tuple[str, ...]:
        """None besides loss and accuracy."""
        return ()
