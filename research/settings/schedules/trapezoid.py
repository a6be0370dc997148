"""Settings of the trapezoid: warm up, stay, decay."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from research.settings.base import refuse
from research.settings.schedules.base import BaseScheduleSettings, Share


class TrapezoidSettings(BaseScheduleSettings):
    """Warmup, then constant, then a decay at the very end (WSD: warmup, stable, decay).

    How long the constant part is need not be known beforehand, which a cosine can't offer.
    """

    formula: ClassVar[str] = (
        "lr(t) = lr * (start + (1-start) * t/warmup) for t < warmup; lr; then, with "
        "x = (t - (1-decay)*T) / (decay*T) from 0 to 1, lr * (lowest + (1-lowest) * d), "
        "d = 1-x (linear), 1-sqrt(x) (1-sqrt) or (1+cos(pi*x))/2 (cosine)"
    )
    source: ClassVar[str] = (
        "Hu et al. (2024), arXiv:2404.06395; 1-sqrt: Hägele et al. (2024), arXiv:2405.18392"
    )

    name: Literal["trapezoid"] = "trapezoid"
    steps: int | None = Field(default=None, ge=1)
    """Updates until the lowest rate, which stays; null means the whole run."""
    warmup: int = Field(default=0, ge=0)
    """Updates until the full rate."""
    start: Share = 0.0
    """Rate of update 0 as a share of lr, where there is a warmup."""
    decay: float = Field(default=0.2, gt=0, le=1)
    """Share of the schedule in which the rate falls, at its end."""
    shape: Literal["linear", "1-sqrt", "cosine"] = "linear"
    """How it falls."""
    lowest: Share = 0.0
    """Last rate, as a share of lr."""

    @model_validator(mode="after")
    def _warmup_ends_before_the_decay(self) -> Self:
        if self.steps is not None and self.warmup > (1 - self.decay) * self.steps:
            room = int((1 - self.decay) * self.steps)
            refuse("warmup", self.warmup, f"at most {room}, where the decay of the steps begins")
        return self
