"""Typed settings of loss_landscape. No torch."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from research.settings.base import refuse
from research.settings.images import ImageTrainingSettings
from research.settings.landscape import DirectionSettings, SurfaceSettings
from research.settings.models import CNNSettings, ImageModelSettings

LECTURE = DirectionSettings(normalisation="tensor", vectors="normalised")
"""Every tensor, biases too, moves by a vector of its own length."""


class LossLandscapeSettings(ImageTrainingSettings):
    """A network is trained; then its loss is measured around its first and its last weights."""

    in_stages: ClassVar[bool] = True
    model: ImageModelSettings = CNNSettings(pool="average", dropout_before="hidden")
    directions: int = Field(default=8, ge=2)
    """Random lines through each point; seeds of runs draw others, variants share them."""
    lines: SurfaceSettings = SurfaceSettings(
        dimensions=1, span=(-0.3, 0.3), points=31, directions=LECTURE
    )
    """Each of the lines; their seeds of directions are drawn from the run's."""
    planes: SurfaceSettings = SurfaceSettings(
        span=(-0.3, 0.3), points=51, directions=LECTURE, refinement=0.005
    )
    """One plane through each point, of the same noise as the first two lines."""
    matched_loss: float | None = Field(default=None, gt=0)
    """The first weights evaluated with a training loss this small get lines too; null for none."""

    def added_metrics(self) -> tuple[str, ...]:
        """None besides loss and accuracy."""
        return ()

    @model_validator(mode="after")
    def _lines_and_planes(self) -> Self:
        for key, dimensions, what in (("lines", 1, "a line"), ("planes", 2, "a plane")):
            surface: SurfaceSettings = getattr(self, key)
            if surface.dimensions != dimensions:
                refuse(f"{key}.dimensions", surface.dimensions, f"{dimensions}, {what}")
            if unknown := set(surface.splits) - set(self.data.splits):
                expected = f"some of {', '.join(self.data.splits)}"
                refuse(f"{key}.splits", ", ".join(sorted(unknown)), expected)
        return self

    @model_validator(mode="after")
    def _a_parabola_has_three_points(self) -> Self:
        if self.lines.points < 3:
            refuse("lines.points", self.lines.points, "3 or more, which a parabola needs")
        return self

    @model_validator(mode="after")
    def _blocks_leave_something(self) -> Self:
        self.refuse_blocks_that_leave_nothing(self.model)
        return self

    @model_validator(mode="after")
    def _no_batch_norm(self) -> Self:
        if self.model.batch_norm:
            reason = "because the first weights would be measured with statistics of the last"
            refuse("model.batch_norm", True, f"false, {reason}")
        return self
