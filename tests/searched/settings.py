"""Settings of the searched experiment."""

from pydantic import Field

from research.settings.training import TrainingSettings


class SearchedSettings(TrainingSettings):
    """The tiny network of `parity`, with a number that tells trials apart."""

    place: int = Field(default=0, ge=0)
    """Which fault of the environment is this trial's."""
    hidden: int = Field(default=16, ge=1)
    """Hidden units."""
