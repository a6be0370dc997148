"""Settings of the schedules that go up and down: cyclical and one cycle."""

from typing import ClassVar, Literal

from pydantic import Field

from research.settings.schedules.base import BaseScheduleSettings, Share


class CyclicalSettings(BaseScheduleSettings):
    """Straight lines up from the lowest rate to lr and down again, over and over.

    `triangular2` halves the height of the triangle after every cycle.
    """

    formula: ClassVar[str] = (
        "lr(t) = lr * (lowest + (1-lowest) * h * x), x from 0 up to 1 in steps_up updates and down "
        "in steps_down; h = 1 (triangular) or 2^-cycle (triangular2)"
    )
    source: ClassVar[str] = "Smith (2017), arXiv:1506.01186; torch.optim.lr_scheduler.CyclicLR"

    name: Literal["cyclical"] = "cyclical"
    mode: Literal["triangular", "triangular2"] = "triangular"
    """Whether every cycle is as high as the first, or half as high as the one before."""
    steps_up: int = Field(default=100, ge=1)
    """Updates from the lowest rate to the highest."""
    steps_down: int | None = Field(default=None, ge=1)
    """Updates back to the lowest rate; null means as many as up."""
    lowest: Share = 0.1
    """Rate between two cycles, as a share of lr."""


class OneCycleSettings(BaseScheduleSettings):
    """Up to lr, and down far below where it began; then it stays there."""

    formula: ClassVar[str] = (
        "lr(t) from lr/initial_divisor to lr at t = rise*T - 1, "
        "then to lr/(initial_divisor*final_divisor) at t = T - 1, by half cosines or lines"
    )
    source: ClassVar[str] = (
        "Smith and Topin (2018), arXiv:1708.07120; torch.optim.lr_scheduler.OneCycleLR"
    )

    name: Literal["one_cycle"] = "one_cycle"
    steps: int | None = Field(default=None, ge=2)
    """Updates of the cycle; null means the whole run."""
    rise: float = Field(default=0.3, gt=0, lt=1)
    """Share of the cycle in which the rate rises."""
    initial_divisor: float = Field(default=25.0, ge=1)
    """lr over the rate of update 0."""
    final_divisor: float = Field(default=1e4, ge=1)
    """Rate of update 0 over the last rate."""
    shape: Literal["cosine", "linear"] = "cosine"
    """How it gets from one rate to the next."""
