"""Settings of the tiny sweep."""

from pydantic import Field

from research.settings.sweep import SweepSettings as BaseSettings


class SweepSettings(BaseSettings):
    """Random points, squared."""

    count: int = Field(default=6, ge=1)
    """Number of points."""
    chained: bool = True
    """Whether the sum of a point is added to that of the one before."""
    fail_at: int | None = None
    """A point that can't be computed."""
