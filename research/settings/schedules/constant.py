"""Settings of the schedule that changes nothing."""

from typing import ClassVar, Literal

from research.settings.schedules.base import BaseScheduleSettings


class ConstantSettings(BaseScheduleSettings):
    """The optimizer's own learning rate throughout."""

    formula: ClassVar[str] = "lr(t) = lr"
    source: ClassVar[str] = "the fixed step of gradient descent"

    name: Literal["constant"] = "constant"
