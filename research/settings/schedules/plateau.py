"""Settings of the schedule that follows a metric: it has a memory, and no closed form."""

from typing import ClassVar, Literal

from pydantic import Field

from research.settings.schedules.base import BaseScheduleSettings, Share


class PlateauSettings(BaseScheduleSettings):
    """Multiplied by gamma after more than `patience` evaluations without a better metric."""

    formula: ClassVar[str] = (
        "lr(t) = lr * max(gamma^n, lowest), n the reductions so far: one whenever the metric has "
        "not been better than its best by the threshold for more than `patience` evaluations"
    )
    source: ClassVar[str] = "torch.optim.lr_scheduler.ReduceLROnPlateau"

    name: Literal["plateau"] = "plateau"
    metric: str = "validation/loss"
    """Name of a metric of the evaluation."""
    better: Literal["lower", "higher"] = "lower"
    """Which values of the metric are better."""
    gamma: float = Field(default=0.1, gt=0, lt=1)
    """What the rate is multiplied by."""
    patience: int = Field(default=10, ge=0)
    """Evaluations without a better metric that are borne; one more, and the rate falls."""
    threshold: float = Field(default=1e-4, ge=0)
    """How much better than the best so far counts as better."""
    threshold_mode: Literal["relative", "absolute"] = "relative"
    """Whether the threshold is a share of the best so far, or a difference."""
    cooldown: int = Field(default=0, ge=0)
    """Evaluations after a reduction that do not count."""
    lowest: Share = 0.0
    """Last rate, as a share of lr."""
