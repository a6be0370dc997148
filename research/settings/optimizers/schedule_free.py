"""Settings of the schedule-free methods: an average of iterates in place of a decaying rate.

The gradient is taken at y, between the average x and the base sequence z; x is what is evaluated.
"""

from typing import ClassVar, Literal

from pydantic import Field

from research.settings.optimizers.base import BaseOptimizerSettings, DecayRate, LearningRate


class ScheduleFreeSGDSettings(BaseOptimizerSettings):
    """Schedule-free SGD; a decaying schedule on top of it is refused."""

    formula: ClassVar[str] = (
        "y = (1-momentum) z + momentum x; z -= lr * (g(y) + weight_decay y); x += c (z - x), "
        "c = lrmax^2 / sum lrmax^2"
    )
    source: ClassVar[str] = "Defazio et al. (2024), arXiv:2405.15682, section 1"
    averages_itself: ClassVar[bool] = True

    name: Literal["schedule_free_sgd"] = "schedule_free_sgd"
    lr: LearningRate = 1.0
    """Learning rate of the base sequence."""
    momentum: float = Field(default=0.9, gt=0, lt=1)
    """Where between base sequence (0) and average (1) the gradient is taken."""
    warmup_steps: int = Field(default=0, ge=0)
    """Steps of a linear warmup of its own."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Coefficient of the L2 penalty, taken at y."""


class ScheduleFreeAdamWSettings(BaseOptimizerSettings):
    """Schedule-free AdamW; a decaying schedule on top of it is refused."""

    formula: ClassVar[str] = (
        "y = (1-b1) z + b1 x; z -= lr * (g(y)/(sqrt(v/(1-b2^t)) + eps) + weight_decay y); "
        "x += c (z - x), c = lrmax^2 / sum lrmax^2"
    )
    source: ClassVar[str] = "Defazio et al. (2024), arXiv:2405.15682, algorithm 1"
    averages_itself: ClassVar[bool] = True

    name: Literal["schedule_free_adamw"] = "schedule_free_adamw"
    lr: LearningRate = 2.5e-3
    """Learning rate of the base sequence."""
    momentum: float = Field(default=0.9, gt=0, lt=1)
    """b1: where between base sequence (0) and average (1) the gradient is taken."""
    beta2: DecayRate = 0.999
    """Decay rate of the second moment."""
    eps: float = Field(default=1e-8, gt=0)
    """Added to the root of the second moment."""
    warmup_steps: int = Field(default=0, ge=0)
    """Steps of a linear warmup of its own."""
    weight_decay: float = Field(default=0.0, ge=0)
    """Decoupled weight decay, taken at y."""
