"""Settings of loss landscapes: directions, surfaces, curvature. Experiments nest them. No torch."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from research.settings.base import Settings, refuse

Normalisation = Literal["filter", "layer", "tensor", "none"]
VectorPolicy = Literal["zero", "normalised"]
BatchNormPolicy = Literal["frozen", "interpolated", "re-estimated"]
DropoutPolicy = Literal["off", "fixed"]
Limits = Annotated[tuple[float, float], Field(strict=False)]
Names = Annotated[tuple[str, ...], Field(strict=False, min_length=1)]


class DirectionSettings(Settings):
    """Random directions of weight space."""

    normalisation: Normalisation = "filter"
    """What gets the length of the weights that it moves: each filter, layer, tensor, or nothing.

    A filter is what makes one output: a convolution's kernel, a row of a linear layer.
    """
    vectors: VectorPolicy = "zero"
    """Whether biases and batch norm's scales and shifts stay, or move by a vector of their length.

    `zero` is Li et al. (2018). With normalisation none, `normalised` leaves them as drawn.
    """
    orthogonal: bool = False
    """Whether what the second direction has of the first is taken out, after normalisation."""
    seed: int = Field(default=0, ge=0)
    """Draws the directions."""


class SurfaceSettings(Settings):
    """A line, or a plane, through a point of weight space, and the examples its loss is of."""

    dimensions: Literal[1, 2] = 2
    """1 for a line, 2 for a plane."""
    span: Limits = (-1.0, 1.0)
    """Smallest and largest coordinate along the first direction; 0 is the point itself."""
    points: int = Field(default=51, ge=2)
    """Points along the first direction, evenly spaced; an odd number has the middle among them."""
    second_span: Limits | None = None
    """Smallest and largest coordinate along the second direction; null means as the first."""
    second_points: int | None = Field(default=None, ge=2)
    """Points along the second direction; null means as many as along the first."""
    directions: DirectionSettings = DirectionSettings()
    splits: Names = ("train", "test")
    """Splits of the data that have a surface each."""
    examples: int | None = Field(default=512, ge=1)
    """Examples of each split, the same random ones at all points; null means all."""
    batch_size: int = Field(default=128, ge=1)
    """Examples of one forward pass; smaller ones stay in the processor's cache."""
    batch_norm: BatchNormPolicy = "frozen"
    """Running statistics at other points: as they are, moved along, or measured anew."""
    dropout: DropoutPolicy = "off"
    """Off as in evaluation, or masks that are drawn once for all points."""
    refinement: float | None = Field(default=None, gt=0)
    """Planes from fewer points: how far a spline may be off, as share of the range; null for all.

    A coarse lattice is measured first, and made finer until its spline foretells cells that it has
    not seen. Lines are always measured in full.
    """
    fast: bool = True
    """Whether the structure of the network is used, for rounding differences of about 1e-7."""
    compiled: bool = False
    """With fast, whether torch compiles the network: it takes seconds, and a C++ compiler."""
    preview: bool = False
    """With fast, bfloat16: two to three digits, for a look before the surface itself."""

    @property
    def axes(self) -> tuple[tuple[float, ...], ...]:
        """The coordinates along each direction."""
        first = coordinates(self.span, self.points)
        if self.dimensions == 1:
            return (first,)
        return first, coordinates(self.second_span or self.span, self.second_points or self.points)

    @model_validator(mode="after")
    def _limits_rise(self) -> Self:
        for key in ("span", "second_span"):
            limits = getattr(self, key)
            if limits is not None and not limits[0] < limits[1]:
                refuse(key, list(limits), "a smaller and a larger coordinate")
        return self

    @model_validator(mode="after")
    def _a_line_has_one_direction(self) -> Self:
        for key in ("second_span", "second_points", "refinement"):
            if self.dimensions == 1 and getattr(self, key) is not None:
                refuse(key, getattr(self, key), "null, because a line has one direction")
        return self

    @model_validator(mode="after")
    def _faster_than_fast(self) -> Self:
        for key in ("compiled", "preview"):
            if getattr(self, key) and not self.fast:
                refuse(key, "true", "false, because fast is false")
        if self.preview and (self.batch_norm == "re-estimated" or self.dropout == "fixed"):
            refuse("preview", "true", "false with batch norm re-estimated or masks of dropout")
        return self


class CurvatureSettings(Settings):
    """What is measured of the Hessian of the mean loss at a point, and of its gradients."""

    largest: int = Field(default=5, ge=0)
    """Largest eigenvalues that are computed."""
    smallest: int = Field(default=1, ge=0)
    """Smallest eigenvalues that are computed."""
    lanczos_steps: int = Field(default=80, ge=2)
    """Most products with the Hessian that Lanczos' iteration takes for them."""
    tolerance: float = Field(default=1e-3, gt=0)
    """Residual at which it stops, as share of the largest absolute eigenvalue."""
    trace_probes: int = Field(default=0, ge=0)
    """Random vectors that estimate the trace; 0 leaves it out."""
    density_probes: int = Field(default=0, ge=0)
    """Random vectors that estimate the density of the eigenvalues; 0 leaves it out."""
    density_steps: int = Field(default=40, ge=2)
    """Products with the Hessian for each of them."""
    sharpness_radius: float | None = Field(default=None, gt=0)
    """Radius of SAM's sharpness; null leaves it out."""
    adaptive_radius: float | None = Field(default=None, gt=0)
    """Radius of adaptive SAM's sharpness; null leaves it out."""
    keskar_radius: float | None = Field(default=None, gt=0)
    """Half the width of Keskar's box, as share of weights' sizes; null leaves it out."""
    noise_scale: bool = False
    """Whether the gradient noise scale is measured."""
    precision: Literal["float32", "float64"] = "float32"
    """Arithmetic."""
    splits: Names = ("train",)
    """Splits of the data whose mean loss it is."""
    examples: int | None = Field(default=512, ge=1)
    """Examples of each split, random ones; null means all."""
    batch_size: int = Field(default=128, ge=1)
    """Examples of one forward and backward pass."""
    seed: int = Field(default=0, ge=0)
    """Draws the random vectors."""

    @property
    def measures_something(self) -> bool:
        """Whether anything is asked for."""
        counts = self.largest, self.smallest, self.trace_probes, self.density_probes
        radii = self.sharpness_radius, self.adaptive_radius, self.keskar_radius
        return any(counts) or any(each is not None for each in radii) or self.noise_scale

    @model_validator(mode="after")
    def _noise_has_two_examples(self) -> Self:
        if self.noise_scale and self.examples == 1:
            refuse("examples", 1, "at least 2, because noise_scale is true")
        return self


def coordinates(limits: tuple[float, float], points: int) -> tuple[float, ...]:
    """Evenly spaced coordinates from one limit to the other, both among them.

    Those of limits -b and b lie symmetrically, to the bit, and have an exact 0 if their number is
    odd.
    """
    low, high = limits
    intervals = points - 1
    return tuple(
        low * ((intervals - i) / intervals) + high * (i / intervals) for i in range(points)
    )
