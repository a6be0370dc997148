"""What the settings of every optimizer have in common: a formula, a source, and typed rates."""

from typing import Annotated, ClassVar

from pydantic import Field

from research.settings.base import Settings

LearningRate = Annotated[float, Field(gt=0)]
DecayRate = Annotated[float, Field(ge=0, lt=1)]
Betas = Annotated[tuple[DecayRate, DecayRate], Field(strict=False)]


class BaseOptimizerSettings(Settings):
    """An optimizer by name; `descent show --optimizers` prints its formula and its source.

    Symbols: w weights, g gradient of the loss, lr the learning rate after the schedule, t = 1, 2,
    ... the update.

    Attributes:
        formula: the update in one line.
        source: who published it.
        averages_itself: whether it is evaluated at an average that takes a schedule's place.
        switches: whether it goes over from one rule to another.
    """

    formula: ClassVar[str]
    source: ClassVar[str]
    averages_itself: ClassVar[bool] = False
    switches: ClassVar[bool] = False
