"""Settings of what is looked at while a network trains; what is computed stays the same. No torch.

Whatever is measured of a landscape at a point of a record can also be measured on the way there:
curvature at evaluations, surfaces at chosen steps, and the weights themselves, whose principal
plane shows the way. Losses by class show what a mean hides.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from research.settings.base import Settings, refuse
from research.settings.landscape import CurvatureSettings, Names, SurfaceSettings

Steps = Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(strict=False)]


class WatchedCurvatureSettings(CurvatureSettings):
    """Curvature at evaluations, of the weights that are evaluated."""

    every: int = Field(default=1, ge=1)
    """Steps between two measurements, each at the next evaluation; 1 means at every evaluation."""
    largest: int = Field(default=1, ge=0)
    """Largest eigenvalues that are computed."""


class WatchedSurfacesSettings(SurfaceSettings):
    """Surfaces around the weights at chosen steps, along the same random directions."""

    steps: Steps = ()
    """Steps at which surfaces are measured; 0 is the initialisation."""
    every: int = Field(default=0, ge=0)
    """Every multiple of it too; 0 means none."""
    last: bool = False
    """The end of training too, whichever step it is."""
    points: int = Field(default=21, ge=2)
    """Points along the first direction, evenly spaced; an odd number has the middle among them."""
    splits: Names = ("train",)
    """Splits of the data that have a surface each."""

    @model_validator(mode="after")
    def _at_some_step(self) -> Self:
        if not (self.steps or self.every or self.last):
            refuse("steps", list(self.steps), "some steps, or every, or last")
        return self


class WatchedTrajectorySettings(Settings):
    """The weights at chosen steps, and the last ones: as many numbers each as there are weights."""

    every: int = Field(ge=1)
    """Steps between two points; the first is the initialisation."""


class PerClassLossSettings(Settings):
    """Losses and accuracies by class, in groups from frequent to rare classes, at evaluations."""

    groups: int = Field(default=10, ge=1, le=99)
    """Groups that the classes are cut into by their training labels; at most, where one class has
    more labels than a group should."""
    batches: bool = True
    """Whether losses on the training batches since the last evaluation are kept too."""
    batch_accuracy: bool = False
    """Whether accuracies on them are kept too; a search through all logits of every step."""
    arrays: Literal["newest", "all"] = "newest"
    """Evaluations whose values by class stay in the record, three numbers a class and split; those
    by group stay of all."""


class WatchSettings(Settings):
    """What is looked at while a network trains. Training goes on from the same bits."""

    curvature: WatchedCurvatureSettings | None = None
    """Eigenvalues of the Hessian and what else is asked for; null for none."""
    surfaces: WatchedSurfacesSettings | None = None
    """Lines or planes; null for none."""
    trajectory: WatchedTrajectorySettings | None = None
    """Points on the way; null for none."""
    per_class_loss: PerClassLossSettings | None = None
    """Losses by class; null for none, {} for all as it stands."""


def unwatchable(
    watch: WatchSettings, max_steps: int, splits: tuple[str, ...] | None
) -> tuple[str, object, str] | None:
    """What a run can't show, if anything: key, what was found, what was expected.

    Args:
        watch: what is to be looked at.
        max_steps: where the run ends.
        splits: of the data; None where they are not known.
    """
    for key, part in (("curvature", watch.curvature), ("surfaces", watch.surfaces)):
        if part is not None and splits is not None and not set(part.splits) <= set(splits):
            return f"{key}.splits", list(part.splits), f"some of {', '.join(splits)}"
    late = [step for step in watch.surfaces.steps if step > max_steps] if watch.surfaces else []
    if late:
        return "surfaces.steps", late, f"none after the run's last step, {max_steps}"
    return None
