"""Typed settings of schedules. No torch."""

from typing import ClassVar

from research.settings.images import ImageTrainingSettings
from research.settings.models import MLPSettings


class SchedulesSettings(ImageTrainingSettings):
    """A network too small for its noisy labels: the learning rate decides how low it gets."""

    added_metrics: ClassVar[tuple[str, ...] | None] = ()

    model: MLPSettings = MLPSettings()
