"""Settings of the schedules that fall, or grow, by one rule throughout."""

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, model_validator

from research.settings.base import refuse
from research.settings.schedules.base import BaseScheduleSettings, Share


class StepSettings(BaseScheduleSettings):
    """Multiplied by gamma after every so many updates."""

    formula: ClassVar[str] = "lr(t) = lr * gamma^floor(t / every)"
    source: ClassVar[str] = "torch.optim.lr_scheduler.StepLR"

    name: Literal["step"] = "step"
    every: int = Field(default=100, ge=1)
    """Updates between two changes."""
    gamma: float = Field(default=0.1, gt=0)
    """What the rate is multiplied by."""


class MultiStepSettings(BaseScheduleSettings):
    """Multiplied by gamma at chosen updates."""

    formula: ClassVar[str] = "lr(t) = lr * gamma^(number of milestones <= t)"
    source: ClassVar[str] = "torch.optim.lr_scheduler.MultiStepLR"

    name: Literal["multi_step"] = "multi_step"
    milestones: list[Annotated[int, Field(ge=1)]] = Field(min_length=1)
    """Updates before which the rate changes, in rising order."""
    gamma: float = Field(default=0.1, gt=0)
    """What the rate is multiplied by."""

    @model_validator(mode="after")
    def _milestones_rise(self) -> Self:
        if self.milestones != sorted(set(self.milestones)):
            refuse("milestones", self.milestones, "different updates in rising order")
        return self


class ExponentialSettings(BaseScheduleSettings):
    """Decays by a constant factor, or grows, where gamma is above 1."""

    formula: ClassVar[str] = "lr(t) = lr * gamma^(t / every)"
    source: ClassVar[str] = "torch.optim.lr_scheduler.ExponentialLR (every = 1)"

    name: Literal["exponential"] = "exponential"
    gamma: float = Field(default=0.99, gt=0)
    """What the rate is multiplied by in `every` updates; above 1 it grows."""
    every: int = Field(default=1, ge=1)
    """Updates in which the rate changes by the factor gamma, a little at each."""


class PolynomialSettings(BaseScheduleSettings):
    """Falls to its lowest value as a power of the share of updates that are left."""

    formula: ClassVar[str] = "lr(t) = lr * (lowest + (1-lowest) * (1 - min(t,T)/T)^power)"
    source: ClassVar[str] = (
        "Chen et al. (2017), arXiv:1606.00915 ('poly'); torch.optim.lr_scheduler.PolynomialLR"
    )

    name: Literal["polynomial"] = "polynomial"
    steps: int | None = Field(default=None, ge=1)
    """Updates until the lowest rate, which stays; null means the whole run."""
    power: float = Field(default=1.0, gt=0)
    """Exponent; 1 is a straight line."""
    lowest: Share = 0.0
    """Last rate, as a share of lr."""


class InverseTimeSettings(BaseScheduleSettings):
    """Falls like one over the epoch: slow enough to get anywhere, fast enough to end noise."""

    formula: ClassVar[str] = "lr(t) = lr / (1 + decay * floor(t / steps_per_epoch))"
    source: ClassVar[str] = "Robbins and Monro (1951): sum of lr infinite, sum of lr^2 finite"

    name: Literal["inverse_time"] = "inverse_time"
    decay: float = Field(default=0.01, ge=0)
    """How fast it falls: after 1/decay epochs the rate is lr/2."""
    steps_per_epoch: int = Field(default=1, ge=1)
    """Updates of an epoch; 1 means that every update counts as one."""


class InverseSqrtSettings(BaseScheduleSettings):
    """The decreasing step of stochastic gradient descent on convex functions."""

    formula: ClassVar[str] = "lr(t) = lr / sqrt(t + 1)"
    source: ClassVar[str] = "Nemirovski et al. (2009), SIAM J. Optim. 19(4), convex case"

    name: Literal["inverse_sqrt"] = "inverse_sqrt"


class StronglyConvexSettings(BaseScheduleSettings):
    """The decreasing step under the Polyak-Lojasiewicz condition; set lr to 1 to have it as it is.

    It is an absolute rate and may be large at first: 1/(2 mu) at update 0, like 1/(mu t) later.
    """

    formula: ClassVar[str] = "lr(t) = lr * (2t+1) / (2 mu (t+1)^2)"
    source: ClassVar[str] = "Karimi, Nutini and Schmidt (2016), arXiv:1608.04636, stochastic case"

    name: Literal["strongly_convex"] = "strongly_convex"
    mu: float = Field(default=1.0, ge=1e-100)
    """The constant of strong convexity, or of the Polyak-Lojasiewicz inequality."""
