"""A small experiment to resolve: its settings, its file, and what is asked of them."""

from typing import Annotated, Literal, Self

import pytest
from pydantic import Field, model_validator

from research.settings.base import Settings, refuse
from research.settings.document import parse_document
from research.settings.errors import SettingsError
from research.settings.resolve import resolve


class Sgd(Settings):
    name: Literal["sgd"] = "sgd"
    lr: float = Field(default=0.1, gt=0)
    weight_decay: float = Field(default=0.0, ge=0)
    momentum: float = Field(default=0.0, ge=0, lt=1)


class Adam(Settings):
    name: Literal["adam"] = "adam"
    lr: float = Field(default=1e-3, gt=0)
    weight_decay: float = Field(default=0.0, ge=0)
    betas: Annotated[tuple[float, float], Field(strict=False)] = (0.9, 0.999)
    adam: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _rising(self) -> Self:
        if self.betas[0] > self.betas[1]:
            refuse("betas", list(self.betas), "rising numbers")
        return self


class Net(Settings):
    width: int = Field(default=8, ge=1)
    heads: int = Field(default=2, ge=1)

    @model_validator(mode="after")
    def _divides(self) -> Self:
        if self.width % self.heads:
            refuse("heads", self.heads, f"a divisor of the width {self.width}")
        return self


class Limit(Settings):
    metric: str
    hold: int = 0


class Toy(Settings):
    optimizer: Annotated[Sgd | Adam, Field(discriminator="name")] = Sgd()
    net: Net = Net(width=16)
    steps: int = Field(default=10, ge=1)
    batch: int | None = Field(default=None, ge=1)
    norm: Literal["pre", "post", "none"] = "pre"
    fast: bool = False
    limit: Limit | None = None

    @model_validator(mode="after")
    def _fast_is_narrow(self) -> Self:
        if self.fast and self.net.width > 64:
            refuse("net.width", self.net.width, "at most 64, because fast is true")
        return self


TEXT = """\
summary: a toy
settings:
  optimizer: {name: adam, lr: 1e-3}
  net:
    heads: 4
variants:
  plain:
    label: plain
  heavy:
    label: heavy
    settings: {optimizer: {weight_decay: 1}, steps: 30}
presets:
  quick:
    runs: {plain: [0, 1], heavy: [5]}
    settings: {steps: 20}
  smoke:
    runs: {plain: [0]}
"""


def run(text=TEXT, preset="quick", variants=None, seeds=None, **flags):
    overrides = {key.replace("__", "."): value for key, value in flags.items()}
    return resolve(parse_document(text, "toy.yaml"), Toy, preset, variants, seeds, overrides)


def problem(text=TEXT, **arguments) -> str:
    with pytest.raises(SettingsError) as error:
        run(text, **arguments)
    assert all("\n" not in line for line in error.value.problems)
    return str(error.value)
