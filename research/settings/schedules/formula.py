"""Settings of the schedule that the user writes as a formula."""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from research.settings.base import refuse
from research.settings.schedules.base import BaseScheduleSettings
from research.settings.schedules.expression import ExpressionError, parse


class FormulaSettings(BaseScheduleSettings):
    """Any factor on lr as a formula of the update t and the length T."""

    formula: ClassVar[str] = "lr(t) = lr * expression(t, T)"
    source: ClassVar[str] = "yours; torch.optim.lr_scheduler.LambdaLR takes Python instead"

    name: Literal["formula"] = "formula"
    expression: str = Field(min_length=1, max_length=500)
    """For example "exp(-t/100) if t < T/2 else 0.01"; numbers and rates only, never code."""
    steps: int | None = Field(default=None, ge=1)
    """T; null means the whole run."""

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        try:
            parse(self.expression)
        except ExpressionError as error:
            refuse("expression", repr(self.expression), str(error))
        return self
