"""Typed settings of random_search. No torch and no Optuna."""

import math
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from research.settings.base import Settings, refuse
from research.settings.images import UsesImages
from research.settings.search import ADAPTIVE, Domain, SamplerName
from research.settings.sweep import SweepSettings

Samplers = Annotated[tuple[SamplerName, ...], Field(strict=False, min_length=1)]


class BumpSettings(Settings):
    """exp(-sum over the dimensions that matter of ((x - c)/width)^2) on the unit cube."""

    name: Literal["bump"] = "bump"
    dimensions: int = Field(default=4, ge=1, le=8)
    """Settings that are searched, each from 0 to 1."""
    relevant: int = Field(default=1, ge=1)
    """How many of them matter; the others change nothing."""
    width: float = Field(default=0.1, gt=0)
    """Distance from the centre at which the value has fallen to 1/e; the best value is 1."""

    @model_validator(mode="after")
    def _what_matters_is_there(self) -> Self:
        if self.relevant > self.dimensions:
            refuse("relevant", self.relevant, f"at most the {self.dimensions} dimensions")
        return self


class NetworkSettings(Settings):
    """Validation error of a network with one hidden layer, over four of its settings."""

    name: Literal["network"] = "network"
    steps: int = Field(default=100, ge=1)
    """Updates of each trial: SGD with momentum, on the cross entropy."""
    batch_size: int = Field(default=64, ge=1)
    """Images of an update."""
    lr: Domain = Domain(low=1e-5, high=10.0, log=True)
    """Learning rates that are searched, before the shift."""
    weight_decay: Domain = Domain(low=1e-7, high=1e-3, log=True)
    """Coefficients of the L2 penalty that are searched."""
    momentum: Domain = Domain(low=0.0, high=0.95)
    """Shares of the momentum buffer that are searched."""
    hidden: Domain = Domain(low=16, high=256, log=True, integer=True)
    """Hidden units that are searched."""
    shift_decades: float = Field(default=1.5, ge=0)
    """Each repeat shifts the learning rates by up to so many decades, up or down, for all samplers.

    Who makes a grid does not know where its values will fall beside the best one.
    """

    @model_validator(mode="after")
    def _every_value_can_be_trained_with(self) -> Self:
        least_and_most = {
            "lr": (5e-324, math.inf, "more than 0"),
            "weight_decay": (0, math.inf, "at least 0"),
            "momentum": (0, math.nextafter(1, 0), "from 0 to less than 1"),
            "hidden": (1, math.inf, "at least 1"),
        }
        for name, domain in self.domains.items():
            if domain.low is None or domain.high is None or domain.when or domain.points:
                refuse(name, "no plain interval", "low and high, without choices, points and when")
            least, most, expected = least_and_most[name]
            for end in ("low", "high"):
                if not least <= (found := getattr(domain, end)) <= most:
                    refuse(f"{name}.{end}", found, expected)
        if not self.hidden.integer:
            refuse("hidden.integer", False, "true: hidden units are whole")
        return self

    @property
    def domains(self) -> dict[str, Domain]:
        """What is searched, by name."""
        return {name: getattr(self, name) for name in SEARCHED}


SEARCHED = ("lr", "weight_decay", "momentum", "hidden")
"""The searched settings of the network."""

Problem = Annotated[BumpSettings | NetworkSettings, Field(discriminator="name")]


class RandomSearchSettings(SweepSettings, UsesImages):
    """Samplers at equal numbers of trials on the same problems, many times over."""

    problem: Problem = BumpSettings()
    samplers: Samplers = ("grid", "random", "qmc", "tpe")
    """How points are drawn; each is compared on the same repeats."""
    trials: int = Field(default=81, ge=1)
    """Trials of each search; of d settings a grid has the largest k^d that is no more."""
    repeats: int = Field(default=1000, ge=1)
    """Searches of each sampler; every one has a problem of its own."""
    adaptive_repeats: int = Field(default=100, ge=1)
    """The same of samplers that look at earlier trials: the first of those repeats."""

    def repeats_of(self, sampler: SamplerName) -> int:
        """How many searches a sampler makes."""
        return self.adaptive_repeats if sampler in ADAPTIVE else self.repeats

    @model_validator(mode="after")
    def _samplers_differ(self) -> Self:
        if len(set(self.samplers)) < len(self.samplers):
            refuse("samplers", list(self.samplers), "each of them once")
        return self

    @model_validator(mode="after")
    def _adaptive_repeats_are_some_of_them(self) -> Self:
        if self.adaptive_repeats > self.repeats:
            refuse("adaptive_repeats", self.adaptive_repeats, f"at most the {self.repeats} repeats")
        return self

    @model_validator(mode="after")
    def _the_network_can_be_judged(self) -> Self:
        if self.problem.name == "network" and not self.data.validation_examples:
            refuse("data.validation_examples", 0, "more than 0: trials are judged by them")
        return self
