"""What the settings of every schedule have in common: a formula, a source, and typed values."""

from typing import Annotated, ClassVar

from pydantic import Field

from research.settings.base import Settings

Share = Annotated[float, Field(ge=0, le=1)]


class BaseScheduleSettings(Settings):
    """A learning-rate schedule by name; `descent show --schedules` prints its formula and source.

    Symbols: lr the optimizer's learning rate, t = 0, 1, ... the updates already done, T = `steps`
    the length of the schedule, and others the settings of that name.

    Attributes:
        formula: the learning rate of update t, in one line.
        source: who published it, or whose convention it is.
    """

    formula: ClassVar[str]
    source: ClassVar[str]
