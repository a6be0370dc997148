"""Settings of the linear warmup, which any other schedule may follow."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from research.settings.schedules.base import BaseScheduleSettings, Share
from research.settings.schedules.constant import ConstantSettings
from research.settings.schedules.cosine import CosineSettings, WarmRestartsSettings
from research.settings.schedules.cycle import CyclicalSettings, OneCycleSettings
from research.settings.schedules.decay import (
    ExponentialSettings,
    InverseSqrtSettings,
    InverseTimeSettings,
    MultiStepSettings,
    PolynomialSettings,
    StepSettings,
    StronglyConvexSettings,
)
from research.settings.schedules.formula import FormulaSettings
from research.settings.schedules.plateau import PlateauSettings
from research.settings.schedules.trapezoid import TrapezoidSettings

LaterSettings = Annotated[
    ConstantSettings
    | CosineSettings
    | CyclicalSettings
    | ExponentialSettings
    | FormulaSettings
    | InverseSqrtSettings
    | InverseTimeSettings
    | MultiStepSettings
    | OneCycleSettings
    | PlateauSettings
    | PolynomialSettings
    | StepSettings
    | StronglyConvexSettings
    | TrapezoidSettings
    | WarmRestartsSettings,
    Field(discriminator="name"),
]
"""What may follow a warmup: all but another warmup, and the range test."""


class LinearWarmupSettings(BaseScheduleSettings):
    """A line up to lr, and then another schedule, whose time starts after the warmup."""

    formula: ClassVar[str] = (
        "lr(t) = lr * (start + (1-start) * t/steps) for t < steps, "
        "then as `then` has it for t - steps updates out of T - steps"
    )
    source: ClassVar[str] = "Goyal et al. (2017), arXiv:1706.02677, section 2.2"

    name: Literal["linear_warmup"] = "linear_warmup"
    steps: int = Field(default=10, ge=1)
    """Updates until the full learning rate."""
    start: Share = 0.0
    """Factor of update 0: openai/grok starts at 0, other public versions at 0.1."""
    then: LaterSettings = ConstantSettings()
