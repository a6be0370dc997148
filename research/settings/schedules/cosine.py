"""Settings of the cosine, once and with warm restarts."""

from typing import ClassVar, Literal

from pydantic import Field

from research.settings.schedules.base import BaseScheduleSettings, Share


class CosineSettings(BaseScheduleSettings):
    """Half a cosine down to the lowest rate, which stays: it does not rise again."""

    formula: ClassVar[str] = "lr(t) = lr * (lowest + (1-lowest) * (1 + cos(pi * min(t,T)/T)) / 2)"
    source: ClassVar[str] = "Loshchilov and Hutter (2017), arXiv:1608.03983, without restarts"

    name: Literal["cosine"] = "cosine"
    steps: int | None = Field(default=None, ge=1)
    """Updates until the lowest rate, which stays; null means the whole run."""
    lowest: Share = 0.0
    """Last rate, as a share of lr."""


class WarmRestartsSettings(BaseScheduleSettings):
    """Half cosines, each begun at the full rate; every period is longer than the one before."""

    formula: ClassVar[str] = (
        "lr(t) = lr * (lowest + (1-lowest) * (1 + cos(pi * s/P)) / 2), "
        "s updates into a period of P = period * multiply^i"
    )
    source: ClassVar[str] = "Loshchilov and Hutter (2017), arXiv:1608.03983, equation 5"

    name: Literal["warm_restarts"] = "warm_restarts"
    period: int = Field(default=100, ge=1)
    """Updates of the first period."""
    multiply: int = Field(default=2, ge=1)
    """How many times longer each period is than the one before."""
    lowest: Share = 0.0
    """Rate that each period falls to, as a share of lr."""
