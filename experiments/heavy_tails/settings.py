"""Typed settings of the heavy-tailed problems, and the points that they sweep. No torch."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, TypeAdapter, model_validator

from research.problems.zipf import zipf
from research.settings.base import Settings, refuse
from research.settings.optimizers import BaseOptimizerSettings, OptimizerSettings
from research.settings.sweep import SweepSettings

Method = Literal["gd", "gdm", "adam", "sign", "signm"]
"""The methods that are compared; `OPTIMIZERS` says what each is."""
OPTIMIZERS: dict[str, dict[str, object]] = {
    "gd": {"name": "gd"},
    "gdm": {"name": "heavy_ball", "momentum": 0.9},
    "adam": {"name": "adam"},
    "sign": {"name": "sign_sgd"},
    "signm": {"name": "sign_sgd", "momentum": 0.9},
}
"""Each method as an optimizer, but for its rate; what is not named has the optimizer's default."""
ADAPTER: TypeAdapter[BaseOptimizerSettings] = TypeAdapter(OptimizerSettings)

Precision = Literal["float32", "float64"]
Rate = Annotated[float, Field(gt=0, le=1e38)]  # a number of float32
Grid = Annotated[tuple[Rate, ...], Field(strict=False)]
Sizes = Annotated[tuple[Annotated[int, Field(ge=2)], ...], Field(strict=False, min_length=1)]


class OneHotSettings(Settings):
    """Softmax regression in which each class has an input of its own."""

    name: Literal["one_hot"] = "one_hot"
    classes: int = Field(default=1000, ge=2)
    """c, whose frequencies are those of Zipf's law."""
    exponent: float = Field(default=1.0, ge=0)
    """s of the frequencies 1/k^s; 0 makes all classes equally frequent."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """The numbers of classes that are trained."""
        return (self.classes,)


class BigramSettings(Settings):
    """The linear model of the next word from the word before it."""

    name: Literal["bigram"] = "bigram"
    vocabularies: Sizes = (400,)
    """V, words; each is a problem of its own."""
    exponent: float = Field(default=1.0, ge=0)
    """s of the frequencies 1/k^s; 0 makes all words equally frequent."""
    shared: float = Field(default=0.5, ge=0, le=1)
    """Share of the next word's distribution that all contexts have in common."""
    weighted_by: Literal["context", "target"] | None = None
    """Whose frequency the loss is weighted against: the known word's, or the next word's."""
    power: float = Field(default=1.0, ge=0)
    """Weights are in proportion to frequency^-power, if there are any."""
    precision: Precision = "float32"
    """Type of the weights; losses are always computed in float64."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """The vocabularies."""
        return self.vocabularies


class LinearSoftmaxSettings(Settings):
    """Softmax regression on random features, which have nothing to do with the labels."""

    name: Literal["linear_softmax"] = "linear_softmax"
    m: int = Field(default=7, ge=1, le=12)
    """Groups of classes: 2^i classes of 2^(m-i) examples in group i, features (m+1) 2^m."""

    @property
    def sizes(self) -> tuple[int, ...]:
        """The one m."""
        return (self.m,)


ProblemSettings = Annotated[
    OneHotSettings | BigramSettings | LinearSoftmaxSettings, Field(discriminator="name")
]


class GridSettings(Settings):
    """Constant learning rates at which each method runs; none where it does not."""

    gd: Grid = ()
    """Gradient descent."""
    gdm: Grid = ()
    """Gradient descent with momentum 0.9, the heavy ball."""
    adam: Grid = ()
    """Adam with its defaults: b1 = 0.9, b2 = 0.999, eps = 1e-8."""
    sign: Grid = ()
    """Sign descent: every weight moves by the rate."""
    signm: Grid = ()
    """Sign descent of the gradients' running mean, momentum 0.9."""

    def of(self, method: str) -> tuple[float, ...]:
        """The rates of a method."""
        rates: tuple[float, ...] = getattr(self, method)
        return rates


class HeavyTailsSettings(SweepSettings):
    """Methods on one problem, all classes in every step; a point is a size, a method and a rate."""

    problem: ProblemSettings = BigramSettings()
    rates: GridSettings = GridSettings(gd=(100.0,), adam=(0.1,))
    """The grid of each method."""
    bound_share: Annotated[float, Field(gt=0)] | None = None
    """GD also runs at this share of 2/L, the largest rate that is safe: 2/L = 4/pi_1 (bigram)."""
    steps: int = Field(default=300, ge=1)
    """Updates of each run, or the most of them where a target is given."""
    target: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Where a run ends: the loss is this share of what it was at first. Null: after all steps."""

    @model_validator(mode="after")
    def _there_is_something_to_run(self) -> Self:
        if not any(self.rates.of(method) for method in OPTIMIZERS) and self.bound_share is None:
            refuse("rates", "without any rate", "at least one rate of a method")
        for method in OPTIMIZERS:
            grid = self.rates.of(method)
            if len(set(grid)) < len(grid):
                refuse(f"rates.{method}", list(grid), "each rate once")
        return self

    @model_validator(mode="after")
    def _the_problem_allows_it(self) -> Self:
        problem = self.problem
        if self.bound_share is not None and problem.name != "bigram":
            refuse("bound_share", self.bound_share, "null, since 2/L is known of bigrams only")
        if problem.name == "bigram" and len(set(problem.vocabularies)) < len(problem.vocabularies):
            refuse("problem.vocabularies", list(problem.vocabularies), "each vocabulary once")
        return self

    def points(self) -> tuple["Point", ...]:
        """What is swept, in this order: sizes, methods, rates."""
        return tuple(self._points())

    def _points(self) -> Iterator["Point"]:
        for size in self.problem.sizes:
            for method in get_args(Method):
                for rate in self.rates.of(method):
                    yield Point(size, method, rate)
                if method == "gd" and self.bound_share is not None:
                    assert isinstance(self.problem, BigramSettings)
                    largest = zipf(size, self.problem.exponent)[0]
                    yield Point(size, method, self.bound_share * 4 / float(largest))


@dataclass(frozen=True)
class Point:
    """One run of a method.

    Attributes:
        size: classes, words, or m.
        method: the method.
        rate: its learning rate.
    """

    size: int
    method: Method
    rate: float


def optimizer_settings(point: Point) -> BaseOptimizerSettings:
    """The optimizer of a point, with the rate in place."""
    return ADAPTER.validate_python({**OPTIMIZERS[point.method], "lr": point.rate})
