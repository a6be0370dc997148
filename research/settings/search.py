"""Settings of a search: what is searched, by which number it is judged, and how points are drawn.

No torch and no Optuna: a mistake in a space is answered at once. How a file or a command line may
write them in short is in `domain_forms`, and how they become those of a study in `resolve_search`.
"""

import json
import math
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from research.settings.base import Settings, refuse

SamplerName = Literal["random", "qmc", "tpe", "gp", "grid"]
ADAPTIVE: frozenset[SamplerName] = frozenset({"tpe", "gp"})
"""The samplers that look at earlier trials; of the others every point is known beforehand."""

Scalar = bool | int | float | str | None
Choice = Scalar | Annotated[tuple[Scalar, ...], Field(strict=False)]


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
    choices: Annotated[tuple[Choice, ...], Field(strict=False, min_length=1)] | None = None
    """The values themselves, in place of an interval; a value may be a list."""
    points: int | None = Field(default=None, ge=2)
    """Values of a grid over the interval; null takes as many as the trials allow."""
    when: dict[str, Scalar | Annotated[tuple[Scalar, ...], Field(strict=False, min_length=1)]] = (
        Field(default_factory=dict)
    )
    """Other searched settings that must have this value, or one of these; {} means always."""

    @model_validator(mode="before")
    @classmethod
    def _plain_values(cls, data: Any) -> Any:
        """Refuses here, in one line, what else would take a line for each kind of value."""
        group = data if isinstance(data, dict) else {}
        choices, when = group.get("choices"), group.get("when")
        if choices == []:
            refuse("choices", choices, "at least one value")
        for choice in choices if isinstance(choices, list) else ():
            if not all(map(_is_plain, choice if isinstance(choice, list) else [choice])):
                refuse("choices", choice, f"{_PLAIN}, or a list of these")
        for key, wanted in when.items() if isinstance(when, dict) else ():
            if wanted == [] or not all(map(_is_plain, wanted_values(wanted))):
                refuse(f"when.{key}", wanted, f"a value, or a list of some: {_PLAIN}")
        return data

    @model_validator(mode="after")
    def _an_interval_or_choices(self) -> Self:
        if self.choices is not None:
            self._check_choices(self.choices)
        elif self.low is None or self.high is None:
            key = "low" if self.low is None else "high"
            refuse(key, None, "a number: an interval has low and high; or else choices")
        else:
            self._check_interval(self.low, self.high)
        return self

    def _check_choices(self, choices: tuple[Choice, ...]) -> None:
        for key in ("low", "high", "log", "integer", "points"):
            if (found := getattr(self, key)) not in (None, False):
                refuse(key, found, "nothing beside choices")
        seen: list[Scalar] = []
        for choice in map(as_parameter, choices):
            if choice in seen:  # as Optuna compares them: 1, 1.0 and true are one
                refuse("choices", choice, "different choices")
            seen.append(choice)

    def _check_interval(self, low: float, high: float) -> None:
        if not low < high:
            refuse("high", high, f"more than low, {low:g}")
        if self.log and low <= 0:
            refuse("low", low, "more than 0, because log is true")
        for key, bound in (("low", low), ("high", high)):
            if self.integer and not bound.is_integer():
                refuse(key, bound, "a whole number, because integer is true")


_PLAIN = "true, false, null, text or a finite number"


def _is_plain(value: object) -> bool:
    finite = not isinstance(value, float) or math.isfinite(value)
    return finite and (value is None or isinstance(value, bool | int | float | str))


def as_parameter(choice: Any) -> Any:
    """A choice as a parameter of Optuna can hold it: a list as its JSON text."""
    return json.dumps(list(choice)) if isinstance(choice, list | tuple) else choice


def holds(when: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Whether every setting that a condition names is there and has one of its values."""
    return all(
        key in values and any(_same(values[key], each) for each in wanted_values(wanted))
        for key, wanted in when.items()
    )


def wanted_values(wanted: Any) -> tuple[Any, ...]:
    """The values that a condition allows a setting."""
    return tuple(wanted) if isinstance(wanted, list | tuple) else (wanted,)


def _same(left: object, right: object) -> bool:
    """Equal, and true is not 1."""
    return left == right and isinstance(left, bool) == isinstance(right, bool)


class ObjectiveSettings(Settings):
    """The number by which a trial is judged, taken from the rows of its record."""

    metric: str
    """Name of a metric of the record, for example validation/loss."""
    take: Literal["last", "least", "greatest", "mean", "steps_to"] = "last"
    """What of its values: steps_to is the step at which it first reaches `reaches`."""
    reaches: float | None = None
    """With steps_to: the value to reach. A trial that never does counts its last step."""
    falls: bool = False
    """With steps_to: whether the metric falls to that value, as a loss does, or rises to it."""
    direction: Literal["minimize", "maximize"] = "minimize"
    """Which objectives are better."""

    @model_validator(mode="after")
    def _steps_to_a_value(self) -> Self:
        if self.take == "steps_to" and self.reaches is None:
            refuse("reaches", None, "a number, because take is steps_to")
        if self.take != "steps_to" and self.reaches is not None:
            refuse("reaches", self.reaches, f"null, because take is {self.take}, not steps_to")
        if self.take != "steps_to" and self.falls:
            refuse("falls", True, f"false, because take is {self.take}, not steps_to")
        return self


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


Space = Annotated[
    dict[str, Annotated[tuple[Domain, ...], Field(strict=False, min_length=1)]],
    Field(min_length=1),
]
"""By dotted key what each searched setting may be; several domains of one differ in `when`."""


class SearchSettings(Settings):
    """What is searched: the `sweep` of an experiment's file."""

    variant: str | None = None
    """The variant whose settings all trials start from; null takes the preset's first."""
    objective: ObjectiveSettings
    """The number by which a trial is judged."""
    space: Space
    """What each searched setting may be, by dotted key; several domains differ in their `when`."""
    pruner: PrunerSettings = NoPrunerSettings()
    """Which trials are given up before their end."""

    @model_validator(mode="after")
    def _a_pruner_compares_the_metric(self) -> Self:
        check_pruner(self.objective, self.pruner)
        return self


def check_pruner(objective: ObjectiveSettings, pruner: PrunerSettings) -> None:
    """Refuses a pruner that would compare the metric in the objective's direction, not its own."""
    if objective.take == "steps_to" and pruner.name != "none":
        expected = "none, because trials can't be compared half-way with objective.take steps_to"
        refuse("pruner.name", pruner.name, expected)


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
    space: Space
    """What each searched setting may be, by dotted key."""
    objective: ObjectiveSettings
    sampler: SamplerName = "random"
    """How points are drawn."""
    pruner: PrunerSettings = NoPrunerSettings()
    trials: int = Field(ge=1)
    """How many; the only part of a study's plan that may grow."""
    seeds: Annotated[tuple[int, ...], Field(strict=False, min_length=1)] = (0,)
    """Of every trial; its value is the mean over them."""
    seed: int = Field(default=0, ge=0)
    """Of the points."""
    threads: int = Field(default=1, ge=1)
    """Threads of each run, the same for all, so that trials round their sums alike."""
    wandb: Literal["auto", "online", "offline", "off"] = "auto"
    """How trials are mirrored to Weights & Biases."""
