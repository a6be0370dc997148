"""What models say about themselves."""

from typing import Annotated, Any, Literal

import pytest
from pydantic import Field

from research.settings.base import Settings
from research.settings.structure import Value, find_value, keys_of

Rate = Annotated[float, Field(gt=0, le=1)]


class Plain(Settings):
    name: Literal["plain"] = "plain"
    lr: Rate = 0.1


class Pair(Settings):
    name: Literal["pair"] = "pair"
    lr: Rate = 0.1
    betas: tuple[Rate, Rate] = (0.1, 0.2)


class Inner(Settings):
    size: int = Field(default=2, ge=1, multiple_of=2)


class Model(Settings):
    choice: Annotated[Plain | Pair, Field(discriminator="name")] = Plain()
    maybe: Annotated[Plain | Pair, Field(discriminator="name")] | None = None
    inner: Inner = Inner()
    optional: Inner | None = None
    number: int | None = Field(default=None, ge=1)
    flag: bool = False
    word: Literal["a", "b"] = "a"
    numbers: list[Annotated[int, Field(ge=0)]] = Field(default_factory=lambda: [1], min_length=1)
    free: dict[str, int] = Field(default_factory=dict)
    anything: dict[str, Any] = Field(default_factory=dict)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (("number",), "a whole number >= 1, or null"),
        (("flag",), "true or false"),
        (("word",), "one of a, b"),
        (("choice",), "a group of settings named plain or pair"),
        (("maybe",), "a group of settings named plain or pair, or null"),
        (("choice", "lr"), "a number > 0 and <= 1"),
        (("choice", "name"), "plain"),
        (("choice", "betas"), "a list of 2, each a number > 0 and <= 1"),
        (("choice", "betas", 1), "a number > 0 and <= 1"),
        (("inner",), "a group of settings"),
        (("inner", "size"), "a whole number >= 1 and divisible by 2"),
        (("optional",), "a group of settings, or null"),
        (("optional", "size"), "a whole number >= 1 and divisible by 2"),
        (("numbers",), "a list of length >= 1, each entry a whole number >= 0"),
        (("numbers", 7), "a whole number >= 0"),
        (("free", "any"), "a whole number"),
        (("anything", "any", "where"), "anything"),
    ],
)
def test_describe(path, words):
    value = find_value(Model, path)
    assert value is not None
    assert value.describe() == words


@pytest.mark.parametrize("path", [("none",), ("choice", "none"), ("number", "x"), ("word", "a")])
def test_unknown_paths(path):
    assert find_value(Model, path) is None


def test_keys_hold_every_choice():
    keys = list(keys_of(Model))
    assert {"choice", "choice.name", "choice.betas", "maybe.lr", "inner.size", "flag"} <= set(keys)


def test_choices_by_name():
    assert Value.of_field(Model.model_fields["maybe"]).named() == {"plain": Plain, "pair": Pair}
    assert Value.of_field(Model.model_fields["inner"]).named() == {}
    assert Value.of_field(Model.model_fields["word"]).choices() == ["a", "b"]
