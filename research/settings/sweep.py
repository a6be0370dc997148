"""Settings of a sweep: an experiment that trains no task, but computes one result per point."""

from typing import Literal

from pydantic import Field

from research.settings.base import Settings


class SweepTrainerSettings(Settings):
    """Where the points are computed."""

    accelerator: Literal["auto", "cpu", "gpu"] = "cpu"
    """The kind of device; small tensors in float64 are fastest on the processor."""
    devices: int = Field(default=1, ge=1)
    """Devices of one run; several need a strategy."""
    strategy: Literal["auto", "ddp"] = "auto"
    """How several devices share one run: ddp gives each points of its own."""
    nodes: int = Field(default=1, ge=1)
    """Machines of one run, started by torchrun or SLURM."""


class SweepSettings(Settings):
    """The settings that every experiment has that sweeps points; an experiment adds its own."""

    trainer: SweepTrainerSettings = Field(default=SweepTrainerSettings())
