"""Layers over one another."""

from typing import Annotated, Literal

from pydantic import Field

from research.settings.base import Settings
from research.settings.document import parse_document
from research.settings.merge import Layer
from research.settings.merge import merge as merge_settings


class Sgd(Settings):
    name: Literal["sgd"] = "sgd"
    lr: float = 0.1


class Adam(Settings):
    name: Literal["adam", "adamw"] = "adam"
    lr: float = 0.001
    decay: float = 0.0


class Both(Settings):
    o: Annotated[Sgd | Adam, Field(discriminator="name")] = Sgd()


def merge(base, change):
    return merge_settings(base, change, Both)


def layer(text: str, name: str = "f") -> Layer:
    return Layer.of_document(parse_document(text, name))


def test_groups_merge_and_values_replace():
    merged = merge(layer("a: {x: 1, y: [1, 2]}\nb: 1"), layer("a: {y: [3]}\nc: 2"))
    assert merged.data == {"a": {"x": 1, "y": [3]}, "b": 1, "c": 2}


def test_another_name_replaces_the_whole_group():
    base = layer("o: {name: adamw, lr: 1, decay: 2}")
    assert merge(base, layer("o: {name: sgd, lr: 3}")).data == {"o": {"name": "sgd", "lr": 3}}
    same = merge(base, layer("o: {name: adamw, lr: 3}"))
    assert same.data == {"o": {"name": "adamw", "lr": 3, "decay": 2}}
    assert merge(base, layer("o: {lr: 3}")).data["o"]["decay"] == 2


def test_another_name_of_the_same_model_keeps_the_group():
    base = layer("o: {name: adamw, lr: 1, decay: 2}")
    assert merge(base, layer("o: {name: adam}")).data == {
        "o": {"name": "adam", "lr": 1, "decay": 2}
    }


def test_a_name_that_can_be_none_replaces_the_group_and_is_left_to_be_refused():
    for wrong in ([], ["adam"], {"a": 1}, 3):
        base = merge(layer("o: {name: adam, lr: 1}"), Layer({"o": {"name": wrong}}))
        assert base.data == {"o": {"name": wrong}}
        assert merge(base, layer("o: {name: sgd}")).data == {"o": {"name": "sgd"}}


def test_a_group_over_null_and_null_over_a_group():
    assert merge(layer("a: null"), layer("a: {x: 1}")).data == {"a": {"x": 1}}
    assert merge(layer("a: {x: 1}"), layer("a: null")).data == {"a": None}


def test_neither_layer_changes():
    base, change = layer("a: {x: {y: 1}}"), layer("a: {x: {z: 2}}")
    merge(base, change)
    assert base.data == {"a": {"x": {"y": 1}}}
    assert change.data == {"a": {"x": {"z": 2}}}


def test_origins_follow_the_values():
    merged = merge(layer("a:\n  x: 1\n  y: 2", "f"), layer("\n\n\na: {y: 3}", "g"))
    assert merged.origin(("a", "x")).text == "f:2"
    assert merged.origin(("a", "y")).text == "g:4"
    assert merged.origin(("a", "none")).text == "f:1", "the nearest parent, as first written"


def test_origins_of_what_was_replaced_are_gone():
    merged = merge(layer("o:\n  name: adam\n  lr: 1", "f"), layer("o: {name: sgd}", "g"))
    assert merged.origin(("o", "lr")).text == "g:1"


def test_flags():
    merged = merge(layer("a:\n  x: 1"), Layer.of_flag("a.y", {"z": 2}))
    assert merged.data == {"a": {"x": 1, "y": {"z": 2}}}
    assert merged.origin(("a", "y", "z")).text == "--a.y"
    assert merged.origin(("a", "x")).text == "f:2"
    assert merged.origin(("a",)).text == "f:1"


def test_part():
    part = layer("p:\n  a:\n    x: 1").part("p", "a")
    assert part.data == {"x": 1}
    assert part.origin(("x",)).text == "f:3"
    assert part.part("none").data == {}
