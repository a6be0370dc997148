"""The shape of settings models: which keys there are, and in words what each of them may be.

Error messages, the settings' help and the checks of flags all read the models through this file, so
none of them can drift from what pydantic accepts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

Model = type[BaseModel]

Annotation = Any
"""A type annotation: int, Literal["a"], int | None, a model, ..."""

_WORDS: dict[Any, str] = {
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    str: "text",
    Any: "anything",
}
_BOUNDS = {
    "gt": "> {}",
    "ge": ">= {}",
    "lt": "< {}",
    "le": "<= {}",
    "multiple_of": "divisible by {}",
}
_LENGTHS = {"min_length": "of length >= {}", "max_length": "of length <= {}"}


@dataclass(frozen=True)
class Value:
    """What one setting may be: a type, and the bounds that its annotation adds."""

    annotation: Annotation
    bounds: tuple[Any, ...] = ()

    @classmethod
    def of_field(cls, field: FieldInfo) -> "Value":
        """What a field of a model may be."""
        return cls(field.annotation, tuple(field.metadata))

    def alternatives(self) -> list["Value"]:
        """The members of a union, else only the value itself; `Annotated` is taken apart."""
        origin = _origin(self.annotation)
        if origin is Annotated:
            inner, *extra = get_args(self.annotation)
            return Value(inner, (*self.bounds, *_flat(extra))).alternatives()
        if origin in (Union, UnionType):
            members = (Value(member, self.bounds) for member in get_args(self.annotation))
            return [each for member in members for each in member.alternatives()]
        return [self]

    def models(self) -> list[Model]:
        """The settings models among the alternatives; several are chosen by `name`."""
        return [value.annotation for value in self.alternatives() if is_model(value.annotation)]

    def named(self) -> dict[str, Model]:
        """The models by name where the value is a choice by name, else nothing."""
        models = self.models()
        if not all("name" in model.model_fields for model in models):
            return {}
        return {
            str(name): model
            for model in models
            for name in get_args(model.model_fields["name"].annotation)
        }

    def choices(self) -> list[str]:
        """The words among the values that are spelled out."""
        literals = [v.annotation for v in self.alternatives() if _origin(v.annotation) is Literal]
        return [str(choice) for literal in literals for choice in get_args(literal)]

    def item(self, position: int) -> "Value":
        """What the entry of a list may be."""
        for value in self.alternatives():
            arguments = [each for each in get_args(value.annotation) if each is not Ellipsis]
            if _origin(value.annotation) in (list, tuple, set) and arguments:
                return Value(arguments[min(position, len(arguments) - 1)])
        return Value(Any)

    def child(self, part: str | int) -> "Value | None":
        """What may stand under a key or a position, in whichever choice has it, or None."""
        field = field_of(self.models(), part) if isinstance(part, str) else None
        if field is not None:
            return Value.of_field(field)
        if isinstance(part, int):
            return self.item(part)
        if free := [v for v in self.alternatives() if _origin(v.annotation) is dict]:
            return Value(get_args(free[0].annotation)[1])
        if any(v.annotation in (Any, dict) for v in self.alternatives()):
            return Value(Any)
        return None

    def describe(self) -> str:
        """In words what the value may be, for example `a whole number >= 1, or null`."""
        members = self.alternatives()
        if len(named := self.named()) > 1:
            rest = [value for value in members if not is_model(value.annotation)]
            words = [f"a group of settings named {' or '.join(named)}", *map(_describe_one, rest)]
        else:
            words = [_describe_one(value) for value in members]
        return ", or ".join(dict.fromkeys(words))


def is_model(annotation: object) -> bool:
    """Whether an annotation is a settings model."""
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def field_of(models: list[Model], key: str) -> FieldInfo | None:
    """The field called `key` of the first model that has it."""
    return next((model.model_fields[key] for model in models if key in model.model_fields), None)


def keys_of(model: Model, prefix: str = "") -> Iterator[str]:
    """Every dotted key that a model knows, groups and all choices of a union included."""
    for key, field in model.model_fields.items():
        yield prefix + key
        for member in Value.of_field(field).models():
            yield from keys_of(member, f"{prefix}{key}.")


def find_value(model: Model, path: tuple[str | int, ...]) -> Value | None:
    """What the setting at a key path may be, in whichever choice has it; None if none has."""
    value: Value | None = Value(model)
    for part in path:
        value = value and value.child(part)
    return value


def is_list(model: Model, path: tuple[str, ...], *, of_any_length: bool = False) -> bool:
    """Whether the setting at a key path is a list, and never text, in every choice that has it.

    Args:
        model: the settings.
        path: the key path.
        of_any_length: leaves out lists whose length is fixed, such as a pair.
    """
    *parents, last = path
    models = parent.models() if (parent := find_value(model, tuple(parents))) else []
    fields = [each.model_fields[last] for each in models if last in each.model_fields]
    members = [value for field in fields for value in Value.of_field(field).alternatives()]
    lists = [value for value in members if _origin(value.annotation) in (list, tuple, set)]
    others = {value.annotation for value in members if value not in lists}
    if of_any_length and any(_has_fixed_length(value.annotation) for value in lists):
        return False
    return bool(lists) and others <= {NoneType}


def _has_fixed_length(annotation: Annotation) -> bool:
    return _origin(annotation) is tuple and Ellipsis not in get_args(annotation)


def _origin(annotation: Annotation) -> object:
    """What a subscripted annotation is made from, such as list or Union."""
    return get_origin(annotation)


def _flat(metadata: list[Any]) -> Iterator[Any]:
    for entry in metadata:
        yield from entry.metadata if isinstance(entry, FieldInfo) else (entry,)


def _describe_one(value: Value) -> str:
    annotation, origin = value.annotation, _origin(value.annotation)
    if is_model(annotation):
        return "a group of settings"
    if origin is Literal:
        choices = [_literal(choice) for choice in get_args(annotation)]
        return f"one of {', '.join(choices)}" if len(choices) > 1 else choices[0]
    if _has_fixed_length(annotation):
        entries = [Value(entry).describe() for entry in get_args(annotation)]
        each = f", each {entries[0]}" if len(set(entries)) == 1 else f": {'; '.join(entries)}"
        return f"a list of {len(entries)}{each}"
    if origin in (list, tuple, set) or annotation in (list, tuple, set):
        entry = value.item(0).describe()
        return f"{_bounded('a list', value.bounds, _LENGTHS)}, each entry {entry}"
    if origin is dict or annotation is dict:
        return _bounded("a mapping", value.bounds, _LENGTHS)
    if annotation is NoneType:
        return "null"
    words = _WORDS.get(annotation, getattr(annotation, "__name__", str(annotation)))
    return _bounded(words, value.bounds, _BOUNDS)


def _literal(choice: object) -> str:
    return str(choice).lower() if isinstance(choice, bool) else str(choice)


def _bounded(words: str, bounds: tuple[Any, ...], templates: dict[str, str]) -> str:
    parts = [
        template.format(getattr(bound, name))
        for bound in bounds
        for name, template in templates.items()
        if getattr(bound, name, None) is not None
    ]
    return f"{words} {' and '.join(parts)}" if parts else words
