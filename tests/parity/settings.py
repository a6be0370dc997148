"""Settings of the tiny experiment."""

from pydantic import Field

from research.settings.training import TrainingSettings


class ParitySettings(TrainingSettings):
    """A small network learns the sign of a product."""

    hidden: int = Field(default=16, ge=1)
    """Hidden units."""
    dropout: float = Field(default=0.2, ge=0, lt=1)
    """Dropout after the hidden layer: makes the run depend on the state of the random generator."""
