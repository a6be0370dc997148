"""Settings of the learning-rate schedules, chosen by name; one file per family."""

from typing import Annotated

from pydantic import Field

from research.settings.schedules.base import BaseScheduleSettings
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
from research.settings.schedules.range_test import RangeTestSettings
from research.settings.schedules.trapezoid import TrapezoidSettings
from research.settings.schedules.warmup import LaterSettings, LinearWarmupSettings

ClosedFormSettings = LaterSettings | LinearWarmupSettings
"""The schedules with a factor on lr for every update; the plateau's is its warmup's, or 1."""

ScheduleSettings = Annotated[
    ConstantSettings
    | CosineSettings
    | CyclicalSettings
    | ExponentialSettings
    | FormulaSettings
    | InverseSqrtSettings
    | InverseTimeSettings
    | LinearWarmupSettings
    | MultiStepSettings
    | OneCycleSettings
    | PlateauSettings
    | PolynomialSettings
    | RangeTestSettings
    | StepSettings
    | StronglyConvexSettings
    | TrapezoidSettings
    | WarmRestartsSettings,
    Field(discriminator="name"),
]

__all__ = [
    "BaseScheduleSettings",
    "ClosedFormSettings",
    "ConstantSettings",
    "CosineSettings",
    "CyclicalSettings",
    "ExponentialSettings",
    "FormulaSettings",
    "InverseSqrtSettings",
    "InverseTimeSettings",
    "LaterSettings",
    "LinearWarmupSettings",
    "MultiStepSettings",
    "OneCycleSettings",
    "PlateauSettings",
    "PolynomialSettings",
    "RangeTestSettings",
    "ScheduleSettings",
    "StepSettings",
    "StronglyConvexSettings",
    "TrapezoidSettings",
    "WarmRestartsSettings",
]
