"""Typed settings of network_landscape: which networks, and what is measured of them. No torch."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from research.settings.base import Settings, refuse
from research.settings.landscape import CurvatureSettings, SurfaceSettings
from research.settings.sweep import SweepSettings, SweepTrainerSettings

Steps = Annotated[tuple[int, ...], Field(strict=False, min_length=1)]


class MeasuredSettings(SweepSettings):
    """What is measured of each network; the settings that `descent landscape` takes."""

    trainer: SweepTrainerSettings = SweepTrainerSettings(accelerator="auto")
    surface: SurfaceSettings | None = SurfaceSettings(points=25, refinement=0.01)
    """The line or plane; null for none."""
    directions: Literal["random", "trajectory"] = "random"
    """Random ones, or the principal plane of the run's trajectory, as far as that reaches.

    A run has a trajectory if its setting `watch.trajectory` has kept it.
    """
    curvature: CurvatureSettings | None = CurvatureSettings()
    """Eigenvalues and what else is asked for; null for none."""

    @model_validator(mode="after")
    def _the_trajectory_says_where(self) -> Self:
        """Nothing is set of a surface that the trajectory decides."""
        if self.directions == "trajectory" and self.surface is not None:
            unset = SurfaceSettings()
            for key in ("dimensions", "span", "second_span", "directions"):
                if (found := getattr(self.surface, key)) != getattr(unset, key):
                    shown = "set" if isinstance(found, Settings) else found
                    refuse(f"surface.{key}", shown, "left out, because directions is trajectory")
            if self.surface.batch_norm == "interpolated":
                refuse(
                    "surface.batch_norm",
                    "interpolated",
                    "another, because directions is trajectory",
                )
        return self


class NetworksSettings(Settings):
    """The networks: of one variant of a record of a training, by seed."""

    record: str
    """Folder of the record, absolute."""
    variant: str
    """Variant of its runs."""
    stage: str | None = None
    """Stage that trains them, where a run has several."""
    steps: dict[str, Steps]
    """By seed, the optimizer steps after which they are looked at; 0 is before the first."""

    def seeds(self) -> list[int]:
        """Seeds of the runs that have trained them."""
        return [int(seed) for seed in self.steps]


class NetworkLandscapeSettings(MeasuredSettings):
    """Surfaces and curvature of networks that are trained."""

    networks: NetworksSettings
