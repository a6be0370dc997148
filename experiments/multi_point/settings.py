"""Typed settings of multi_point: picture, network, and how the plane is trained. No torch."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from experiments.multi_point.picture import (
    NoPicture,
    Picture,
    file_picture,
    random_picture,
    text_picture,
)
from research.settings.base import Settings, refuse
from research.settings.images import ImageTrainingSettings
from research.settings.models import ImageModelSettings, MLPSettings


class GridSettings(Settings):
    """The grid of networks that shows a picture."""

    rows: int = Field(default=14, ge=3, le=200)
    """Cells from top to bottom."""
    columns: int = Field(default=32, ge=3, le=200)
    """Cells from left to right."""


class TextSettings(GridSettings):
    """A text in bold letters."""

    name: Literal["text"] = "text"
    text: str = "SGD"
    """What is written, on one line."""

    def picture(self) -> Picture:
        """The picture; raises NoPicture."""
        return text_picture(self.text, self.rows, self.columns)


class FileSettings(GridSettings):
    """A picture file: its dark parts are drawn."""

    name: Literal["file"] = "file"
    file: str
    """Path of a PNG or another picture file."""

    @field_validator("file")
    @classmethod
    def _absolute(cls, path: str) -> str:
        """A record can be resumed from anywhere."""
        return str(Path(path).expanduser().absolute())

    def picture(self) -> Picture:
        """The picture; raises NoPicture."""
        return file_picture(Path(self.file), self.rows, self.columns)


class RandomSettings(GridSettings):
    """Cells drawn at random: the hardest picture, because no cell tells of its neighbours."""

    name: Literal["random"] = "random"
    share: float = Field(default=0.5, gt=0, lt=1)
    """Share of good cells."""
    seed: int = Field(default=0, ge=0)
    """Draws them; the run's own seed changes initial values and order only."""

    def picture(self) -> Picture:
        """The picture; raises NoPicture."""
        return random_picture(self.share, self.seed, self.rows, self.columns)


PatternSettings = Annotated[
    TextSettings | FileSettings | RandomSettings, Field(discriminator="name")
]
_KEYS = {"text": "pattern.text", "file": "pattern.file", "random": "pattern.share"}


class MultiPointSettings(ImageTrainingSettings):
    """A plane of networks is trained until its loss surface shows a picture."""

    pattern: PatternSettings = TextSettings()
    model: ImageModelSettings = MLPSettings(widths=(64, 64, 64))
    shrink: Literal[1, 2, 4] = 1
    """Images are averaged over squares of so many pixels before the network sees them."""
    cells: int = Field(default=64, ge=1)
    """Good cells of a step, and as many bad ones."""
    near_edges: bool = True
    """Whether only cells with a neighbour of the other kind are trained on, corners included."""
    clip: float = Field(default=2.5, gt=0)
    """Largest loss of a bad cell that counts, in nats; ln 10 = 2.3 is that of a guess."""
    initial_scale: float = Field(default=0.1, gt=0)
    """One cell's step at first, as a share of the distance between two networks."""

    def added_metrics(self) -> tuple[str, ...]:
        """How much of the picture the test surface shows, and what it needs to be read."""
        return ("test/agreement", "test/agreement_best", "threshold", "scale")

    @model_validator(mode="after")
    def _the_picture_can_be_drawn(self) -> Self:
        try:
            self.pattern.picture()
        except NoPicture as reason:
            refuse(_KEYS[self.pattern.name], reason.found, reason.expected)
        return self

    @model_validator(mode="after")
    def _images_can_be_shrunk(self) -> Self:
        if min(self.data.shape[1:]) // self.shrink < 4:
            side = min(self.data.shape[1:])
            refuse("shrink", self.shrink, f"at most {side // 4}: images have {side} pixels a side")
        self.refuse_blocks_that_leave_nothing(self.model, self.shrink)
        return self

    @model_validator(mode="after")
    def _batch_norm_has_two_examples(self) -> Self:
        if self.model.batch_norm and self.smallest_batch == 1:
            refuse("batch_size", self.batch_size, "another: batch norm needs two in every batch")
        if self.model.batch_norm:
            self.refuse_part_of_one()
        return self
