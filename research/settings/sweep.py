"""Settings of a sweep: an experiment that trains no task, but computes one result per point."""

from typing import Literal

from pydantic import Field

from research.settings.base import Settings


class SweepTrainerSettings(Settings):
    """Where the points are computed."""

    accelerator: Literal["auto", "cpu", "gpu"] = "cpu"
    """The kind of device; small tensors in float64 are fastest on the processor."""


class SweepSettings(Settings):
    """The settings that every experiment has that sweeps points; an experiment adds its own."""

    trainer: SweepTrainerSettings = Field(default=SweepTrainerSettings())
