"""Typed settings of mode_connectivity. No torch."""

from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, ValidationError, model_validator

from research.settings.base import Settings, refuse
from research.settings.images import ImageTrainingSettings
from research.settings.models import CNNSettings, MLPSettings, ResNetSettings
from research.settings.optimizers import HeavyBallSettings, OptimizerSettings
from research.settings.schedules import CosineSettings, ScheduleSettings

Network = Annotated[MLPSettings | CNNSettings | ResNetSettings, Field(discriminator="name")]
Refinement = Annotated[float, Field(gt=0)]


class CurveSettings(Settings):
    """A curve between two networks, and how its bends are trained."""

    kind: Literal["bezier", "chain"] = "bezier"
    """A Bezier curve, drawn towards its bends, or a polygonal chain, which passes through them."""
    bends: int = Field(default=1, ge=1)
    """Control points between the two networks; at first they lie on the straight line."""
    max_steps: int = Field(default=2000, ge=1)
    """Optimizer steps, each on one batch at one random position of the curve."""
    optimizer: OptimizerSettings = HeavyBallSettings(lr=0.05, momentum=0.9)
    """Of the bends; weight decay, if any, is that of the bends themselves."""
    schedule: ScheduleSettings = CosineSettings()
    positions: int = Field(default=5, ge=1)
    """Networks along the curve that evaluations ask while it is trained."""

    @property
    def evaluated_at(self) -> tuple[float, ...]:
        """The positions of those networks: the middles of equal parts of [0, 1]."""
        return tuple((index + 0.5) / self.positions for index in range(self.positions))


class PlaneSettings(Settings):
    """The plane through both networks and the middle of the curve."""

    points: int = Field(default=31, ge=2)
    """Points along each side; the middle one of an odd number lies in the middle."""
    margin: float = Field(default=0.25, ge=0)
    """How far the plane reaches beyond the curve, in distances between the two networks."""
    examples: int | None = Field(default=512, ge=1)
    """Examples of each split, the same random ones at all points; null means all."""
    refinement: Refinement | None = None
    """How far a spline through fewer points may be off, as share of the range; null asks all."""


class CurveTrainingSettings(ImageTrainingSettings):
    """How the curve is trained, in the form that every training has."""

    def added_metrics(self) -> tuple[str, ...]:
        """None besides loss and accuracy."""
        return ()


class ModeConnectivitySettings(ImageTrainingSettings):
    """Two networks are trained apart from each other, then a curve of low loss between them."""

    in_stages: ClassVar[bool] = True
    model: Network = CNNSettings()
    curve: CurveSettings = CurveSettings()
    path_points: int = Field(default=31, ge=3)
    """Points at which the straight line and the curve are measured, both ends among them."""
    path_examples: int | None = Field(default=None, ge=1)
    """Images of each split that are asked there, the same random ones; null means all."""
    plane: PlaneSettings = PlaneSettings()

    @property
    def positions(self) -> tuple[float, ...]:
        """Where the straight line and the curve are measured."""
        return tuple(index / (self.path_points - 1) for index in range(self.path_points))

    @property
    def has_batch_norm(self) -> bool:
        """Whether the network normalises by batches."""
        return isinstance(self.model, ResNetSettings) or self.model.batch_norm

    def added_metrics(self) -> tuple[str, ...]:
        """None besides loss and accuracy, while a network is trained."""
        return ()

    def curve_training(self) -> CurveTrainingSettings:
        """How the curve is trained: on the same batches, evaluated and kept in the same way."""
        lengths = {"max_steps": self.curve.max_steps}
        return CurveTrainingSettings(
            data=self.data,
            batch_size=self.batch_size,
            last_batch=self.last_batch,
            optimizer=self.curve.optimizer,
            schedule=self.curve.schedule,
            trainer=self.trainer.model_copy(update=lengths),
            evaluation=self.evaluation,
        )

    @model_validator(mode="after")
    def _the_curve_can_be_trained(self) -> Self:
        try:
            self.curve_training()
        except ValidationError as error:
            found: dict[str, Any] = error.errors()[0]["ctx"]
            key = found["key"]
            is_the_curves = key.startswith(("optimizer", "schedule"))
            refuse(f"curve.{key}" if is_the_curves else key, found["found"], found["expected"])
        return self

    @model_validator(mode="after")
    def _batches_are_computed_whole(self) -> Self:
        if self.micro_batch_size is not None:
            expected = "null, because every step looks at one point of the curve"
            refuse("micro_batch_size", self.micro_batch_size, expected)
        return self

    @model_validator(mode="after")
    def _blocks_leave_something(self) -> Self:
        self.refuse_blocks_that_leave_nothing(self.model)
        return self

    @model_validator(mode="after")
    def _batch_norm_has_two_examples(self) -> Self:
        if self.has_batch_norm:
            self.refuse_batch_of_one()
        return self
