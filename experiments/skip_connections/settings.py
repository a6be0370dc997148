"""Typed settings of skip_connections. No torch."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from research.settings.base import Settings, refuse
from research.settings.images import ImageTrainingSettings
from research.settings.landscape import (
    CurvatureSettings,
    DirectionSettings,
    SurfaceSettings,
    coordinates,
)
from research.settings.models import ResNetSettings

END_POINT = "end_point"
"""What the curvature at the end point is called; of another split than train, with its name."""


class CurvatureMapSettings(Settings):
    """The outermost eigenvalues of the Hessian at the points of a square grid in the plane."""

    points: int = Field(default=7, ge=2)
    """Points along each side, over the plane's span; of an odd number one is the end point."""
    examples: int | None = Field(default=128, ge=1)
    """Training examples whose mean loss it is, the same random ones at all points; null for all."""
    batch_size: int = Field(default=128, ge=1)
    """Examples of one forward and backward pass."""
    lanczos_steps: int = Field(default=60, ge=2)
    """Most products with the Hessian at a point."""
    tolerance: float = Field(default=0.01, gt=0)
    """Residual at which a point is done, as share of its largest absolute eigenvalue."""


class SkipConnectionsSettings(ImageTrainingSettings):
    """A deep network is trained; then the plane around it and its curvature are measured."""

    in_stages: ClassVar[bool] = True
    model: ResNetSettings = ResNetSettings(order="post")
    surface: SurfaceSettings = SurfaceSettings(splits=("train",))
    """The plane; directions are drawn anew for every seed of a run."""
    curvature: CurvatureSettings = CurvatureSettings()
    """Of the end point."""
    curvature_map: CurvatureMapSettings = CurvatureMapSettings()

    @property
    def depth(self) -> int:
        """Layers with weights from an image to its logits, short-cuts not counted."""
        return 2 * sum(self.model.blocks) + 2

    @property
    def map_axes(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """The coordinates of the curvature map along each direction."""
        first, points = self.surface.span, self.curvature_map.points
        return coordinates(first, points), coordinates(self.surface.second_span or first, points)

    def directions(self, seed: int) -> DirectionSettings:
        """How the two directions of a run are drawn: other ones for every seed."""
        known = self.surface.directions
        return known.model_copy(update={"seed": known.seed + seed})

    @model_validator(mode="after")
    def _surfaces_are_planes_of_splits_there_are(self) -> Self:
        if self.surface.dimensions != 2:
            refuse("surface.dimensions", self.surface.dimensions, "2, because planes are compared")
        for key in ("points", "second_points"):
            found = getattr(self.surface, key)
            if found is not None and found < 3:
                least = "at least 3, because roughness compares a point with its neighbours"
                refuse(f"surface.{key}", found, least)
        for key, wanted in (("surface", self.surface), ("curvature", self.curvature)):
            unknown = [name for name in wanted.splits if name not in self.data.splits]
            if unknown:
                refuse(f"{key}.splits", list(wanted.splits), f"some of {list(self.data.splits)}")
            if "train" not in wanted.splits:
                refuse(f"{key}.splits", list(wanted.splits), "train among them")
        if not self.curvature.largest:
            refuse("curvature.largest", 0, "at least 1, because the largest are compared")
        return self

    @model_validator(mode="after")
    def _shrinking_leaves_pixels(self) -> Self:
        most = min(self.data.shape[1:]) // 4
        if self.model.shrink > most:
            refuse("model.shrink", self.model.shrink, f"at most {most} for {self.data.name}")
        return self

    @model_validator(mode="after")
    def _batch_norm_has_two_examples(self) -> Self:
        self.refuse_batch_of_one()
        return self
