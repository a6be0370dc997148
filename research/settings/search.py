"""Settings of a search: what is searched, by which number it is judged, and how points are drawn.

No torch and no Optuna: a mistake in a space is answered at once.
"""

from typing import Annotated, Any, Literal

from pydantic import Field

from research.settings.base import Settings

SamplerName = Literal["random", "qmc", "tpe", "gp", "grid"]
ADAPTIVE: frozenset[SamplerName] = frozenset({"tpe", "gp"})
"""The samplers that look at earlier trials; of the others every point is known beforehand."""

Scalar = bool | int | float | str | None


class Domain(Settings):
    """The values that one setting may take: an interval, or choices."""

    low: float | None = None
    """Least value."""
    high: float | None = None
    """Greatest value."""
    log: bool = False
    """Whether values are spread evenly in their logarithm."""
    integer: bool = False
    """Whether only whole numbers are drawn."""
    choices: tuple[Scalar | tuple[Scalar, ...], ...] | None = None
    """The values themselves, in place of an interval."""
    points: int | None = Field(default=None, ge=2)
    """Values of a grid over the interval; null takes as many as the trials allow."""
    when: dict[str, Scalar] = Field(default_factory=dict)
    """Other searched settings that must have these values; nothing means always."""


class ObjectiveSettings(Settings):
    """The number by which a trial is judged, taken from the rows of its record."""

    metric: str
    """Name of a metric of the record, for example validation/loss."""
    take: Literal["last", "least", "greatest", "mean", "steps_to"] = "last"
    """What of its values: steps_to is the step at which it first reaches `reaches`."""
    reaches: float | None = None
    """With steps_to: the value to reach. A trial that never does counts its last step."""
    direction: Literal["minimize", "maximize"] = "minimize"
    """Which objectives are better."""


class NoPrunerSettings(Settings):
    """Every trial runs to its end."""

    name: Literal["none"] = "none"


class MedianPrunerSettings(Settings):
    """Stops a trial that is worse than the median of earlier ones at the same step."""

    name: Literal["median"] = "median"
    startup_trials: int = Field(default=5, ge=0)
    """Trials that are never stopped, to have something to compare with."""
    warmup_steps: int = Field(default=0, ge=0)
    """Optimizer steps before which no trial is stopped."""


class SuccessiveHalvingPrunerSettings(Settings):
    """Keeps the best 1/reduction of the trials at each rung (ASHA, Li et al. 2020)."""

    name: Literal["successive_halving"] = "successive_halving"
    least_steps: int = Field(default=100, ge=1)
    """Optimizer steps of the first rung."""
    reduction: int = Field(default=3, ge=2)
    """Of so many trials one goes on."""


class HyperbandPrunerSettings(Settings):
    """Several successive halvings side by side, from many short to few long (Li et al. 2018)."""

    name: Literal["hyperband"] = "hyperband"
    least_steps: int = Field(default=100, ge=1)
    """Optimizer steps of the shortest first rung."""
    reduction: int = Field(default=3, ge=2)
    """Of so many trials one goes on."""


PrunerSettings = Annotated[
    NoPrunerSettings
    | MedianPrunerSettings
    | SuccessiveHalvingPrunerSettings
    | HyperbandPrunerSettings,
    Field(discriminator="name"),
]


class SearchSettings(Settings):
    """What is searched: the `sweep` of an experiment's file."""

    variant: str | None = None
    """The variant whose settings all trials start from; null takes the preset's first."""
    objective: ObjectiveSettings
    space: dict[str, Domain | tuple[Domain, ...]] = Field(min_length=1)
    """What each searched setting may be, by dotted key; several domains differ in their `when`."""
    pruner: PrunerSettings = NoPrunerSettings()


class StudyPlan(Settings):
    """Everything that is needed to go on with a study from any machine."""

    experiment: str
    """Name of the experiment."""
    folder: str | None = None
    """Absolute path of a user's own experiment; None for one that ships with descent."""
    preset: str
    """Named size of the experiment."""
    variant: str
    """The variant whose settings all trials start from."""
    base: dict[str, Any]
    """Those settings, resolved, as plain types."""
    overrides: dict[str, Any] = Field(default_factory=dict)
    """Settings of the command line, by dotted key."""
    space: dict[str, tuple[Domain, ...]] = Field(min_length=1)
    """What each searched setting may be, by dotted key."""
    objective: ObjectiveSettings
    sampler: SamplerName = "random"
    """How points are drawn."""
    pruner: PrunerSettings = NoPrunerSettings()
    trials: int = Field(ge=1)
    """How many; the only part of a study's plan that may grow."""
    seeds: tuple[int, ...] = (0,)
    """Of every trial; its value is the mean over them."""
    seed: int = Field(default=0, ge=0)
    """Of the points."""
    threads: int = Field(default=1, ge=1)
    """Threads of each run, the same for all, so that trials round their sums alike."""
    wandb: Literal["auto", "online", "offline", "off"] = "auto"
    """How trials are mirrored to Weights & Biases."""
