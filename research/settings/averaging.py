"""Settings of the weight averages, chosen by name: what is evaluated in place of the last weights.

Training goes on from the weights that it has; the average is only looked at. Times are shares of
the run's length, so that the same settings mean the same in a short run and in a long one.
"""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from research.settings.base import Settings, refuse

Share = Annotated[float, Field(ge=0, lt=1)]
DecayRate = Annotated[float, Field(ge=0, lt=1)]


class BaseAveragingSettings(Settings):
    """A weight average by name. Symbols: w the weights after an update, a their average.

    Attributes:
        formula: the average in one line.
        source: who published it.
    """

    formula: ClassVar[str]
    source: ClassVar[str]


class EmaSettings(BaseAveragingSettings):
    """Exponential moving average of the weights of every update."""

    formula: ClassVar[str] = "a = w at the start, then a = decay a + (1-decay) w at every update"
    source: ClassVar[str] = "Tarvainen and Valpola (2017), arXiv:1703.01780"

    name: Literal["ema"] = "ema"
    decay: DecayRate = 0.999
    """Share of the average that stays at an update."""
    start: Share = 0.0
    """Share of the run after which the average begins."""


class LawaQueueSettings(BaseAveragingSettings):
    """Latest weight averaging: the mean of the last few snapshots, once there are so many."""

    formula: ClassVar[str] = "a = mean of the last `length` snapshots of w, one every `every`"
    source: ClassVar[str] = (
        "Kaddour (2022); as submitted to AlgoPerf: Ajroldi et al. (2025), arXiv:2502.06761"
    )

    name: Literal["lawa_queue"] = "lawa_queue"
    length: int = Field(default=10, ge=1)
    """Snapshots that are averaged; until there are so many, the last weights are evaluated."""
    start: Share = 0.02
    """Share of the run after which snapshots are taken."""
    every: float = Field(default=0.002, gt=0, le=1)
    """Share of the run between two snapshots, rounded up to whole steps."""

    @model_validator(mode="after")
    def _queue_fills(self) -> Self:
        room = 1 + int((1 - self.start) / self.every)
        if self.length > room:
            refuse("length", self.length, f"at most {room}, the snapshots that a run can take")
        return self


class LawaEmaSettings(BaseAveragingSettings):
    """Latest weight averaging as an exponential moving average of rare snapshots."""

    formula: ClassVar[str] = "a = first snapshot, then a = decay a + (1-decay) w, one every `every`"
    source: ClassVar[str] = "as submitted to AlgoPerf: Ajroldi et al. (2025), arXiv:2502.06761"

    name: Literal["lawa_ema"] = "lawa_ema"
    decay: DecayRate = 0.2
    """Share of the average that stays at a snapshot."""
    start: Share = 0.02
    """Share of the run after which snapshots are taken."""
    every: float = Field(default=0.005, gt=0, le=1)
    """Share of the run between two snapshots, rounded up to whole steps."""


AveragingSettings = Annotated[
    EmaSettings | LawaEmaSettings | LawaQueueSettings, Field(discriminator="name")
]
