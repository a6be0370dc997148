"""Settings of the learning-rate range test: a short run that rises through all rates."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from research.settings.base import refuse
from research.settings.schedules.base import BaseScheduleSettings


class RangeTestSettings(BaseScheduleSettings):
    """Rises from `lowest_lr` to `highest_lr`, whatever the optimizer's lr, and suggests a rate.

    It lasts as long as the run, trainer.max_steps, and ends it earlier where the smoothed loss is
    `stop_at` times its lowest value, or no number: after the chunk of steps in which that happens.
    """

    formula: ClassVar[str] = (
        "lr(t) = lowest_lr * (highest_lr/lowest_lr)^(t/(T-1)), or a line (spacing: linear)"
    )
    source: ClassVar[str] = "Smith (2017), arXiv:1506.01186, section 3.3"

    name: Literal["range_test"] = "range_test"
    lowest_lr: float = Field(default=1e-6, gt=0)
    """Rate of update 0."""
    highest_lr: float = Field(default=10.0, gt=0)
    """Rate of the last update."""
    spacing: Literal["logarithmic", "linear"] = "logarithmic"
    """Whether the rate grows by equal factors (usual), or by equal differences (Smith)."""
    smoothing: float = Field(default=0.9, ge=0, lt=1)
    """Weight of the past in the moving average of the loss."""
    stop_at: float = Field(default=4.0, gt=1)
    """Ends the test where the smoothed loss is so many times its lowest value."""

    @model_validator(mode="after")
    def _rates_rise(self) -> Self:
        if self.highest_lr <= self.lowest_lr:
            refuse("highest_lr", self.highest_lr, f"more than lowest_lr, which is {self.lowest_lr}")
        return self
