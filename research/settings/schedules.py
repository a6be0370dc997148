"""Settings of the learning-rate schedules, chosen by name: factors on the optimizer's lr."""

from typing import Annotated, Literal

from pydantic import Field

from research.settings.base import Settings


class ConstantSettings(Settings):
    """lr(t) = lr."""

    name: Literal["constant"] = "constant"


class LinearWarmupSettings(Settings):
    """lr(t) = lr * (start + (1 - start) * min(t / steps, 1)) for the t-th update, t = 0, 1, ..."""

    name: Literal["linear_warmup"] = "linear_warmup"
    steps: int = Field(default=10, ge=1)
    """Updates until the full learning rate."""
    start: float = Field(default=0.0, ge=0, le=1)
    """Factor of update 0: openai/grok starts at 0, other public versions at 0.1."""


ScheduleSettings = Annotated[ConstantSettings | LinearWarmupSettings, Field(discriminator="name")]
