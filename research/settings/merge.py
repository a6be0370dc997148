"""Layers of settings over one another, each value remembering where it came from."""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

from research.settings.core_schema import PlainData
from research.settings.document import Document, KeyPath
from research.settings.structure import Value


@dataclass(frozen=True)
class Origin:
    """Where a value was written: `configs/grokking.yaml:24`, or the flag `--optimizer.lr`."""

    text: str
    is_flag: bool = False


@dataclass(frozen=True)
class Layer:
    """Plain data and the origin of its parts; a part without one came with its nearest parent.

    Attributes:
        data: nested dicts.
        origins: by key path.
    """

    data: PlainData
    origins: dict[KeyPath, Origin] = field(default_factory=dict)

    @classmethod
    @functools.lru_cache(maxsize=8)
    def of_document(cls, document: Document) -> "Layer":
        """All of a file; one layer for each, since every variant of a command begins there."""
        return cls(
            document.data,
            {path: Origin(f"{document.name}:{line}") for path, line in document.lines.items()},
        )

    @classmethod
    def of_flag(cls, key: str, value: PlainData) -> "Layer":
        """One override of the command line: nested dicts for a dotted key."""
        path: KeyPath = tuple(key.split("."))
        data = value
        for part in reversed(path):
            data = {part: data}
        origin = Origin("--" + key, is_flag=True)
        parents = [path[:end] for end in range(1, len(path))]
        return cls(data, dict.fromkeys([*parents, *_paths(value, path)], origin))

    @classmethod
    def of_defaults(cls, model: type[BaseModel]) -> "Layer":
        """The defaults of a model, so that a change of one key keeps the rest of its group."""
        defaults = {
            key: _plain(info.get_default(call_default_factory=True, validated_data={}))
            for key, info in model.model_fields.items()
            if not info.is_required()
        }
        return cls(defaults)

    def part(self, *path: str) -> "Layer":
        """What lies under a key path; nothing where it is absent."""
        data = self.data
        for key in path:
            data = data.get(key, {})
        deep = len(path)
        origins = {p[deep:]: o for p, o in self.origins.items() if p[:deep] == path}
        return Layer(data, origins)

    def origin(self, path: KeyPath) -> Origin | None:
        """Where a key path was written, or its nearest parent."""
        for end in range(len(path), -1, -1):
            if (found := self.origins.get(path[:end])) is not None:
                return found
        return None

    def found(self, path: KeyPath) -> PlainData:
        """The value at a key path; None where there is none."""
        data = self.data
        for key in path:
            inside = isinstance(data, dict) and key in data
            inside = inside or (isinstance(data, list) and isinstance(key, int) and key < len(data))
            data = data[key] if inside else None
        return data


def merge(base: Layer, change: Layer, model: type[BaseModel]) -> Layer:
    """The change over the base, group by group, of the settings that `model` describes.

    A group whose new `name` chooses another model is another component: it replaces the base's
    whole. Where one model has both names, the name is changed like any other key.
    """
    origins = dict(base.origins)
    shared: set[KeyPath] = set()
    data = _merge(base.data, change.data, (), Value(model), origins, shared)
    new = {p: o for p, o in change.origins.items() if p not in shared or p not in origins}
    return Layer(data, origins | new)


def _merge(
    base: PlainData,
    change: PlainData,
    path: KeyPath,
    value: Value | None,
    origins: dict[KeyPath, Origin],
    shared: set[KeyPath],
) -> PlainData:
    """Drops the origins of what is replaced, and notes the groups that both sides have."""
    if not _same_group(base, change, value):
        for below in [p for p in origins if p[: len(path)] == path]:
            del origins[below]
        return change
    shared.add(path)
    merged = dict(base)
    for key, new in change.items():
        inner = value and value.child(key)
        known = key in base
        merged[key] = _merge(base[key], new, (*path, key), inner, origins, shared) if known else new
    return merged


def _same_group(base: PlainData, change: PlainData, value: Value | None) -> bool:
    if not (isinstance(base, Mapping) and isinstance(change, Mapping)):
        return False
    before, after = base.get("name"), change.get("name", base.get("name"))
    if before is None or before == after:
        return True
    if not (isinstance(before, str) and isinstance(after, str)):
        return False  # refused later, with what is expected
    models = value.named() if value else {}
    return before in models and models[before] is models.get(after)


def _paths(value: PlainData, path: KeyPath) -> Iterator[KeyPath]:
    yield path
    if isinstance(value, Mapping):
        for key, below in value.items():
            yield from _paths(below, (*path, key))


def _plain(value: PlainData) -> PlainData:
    return value.model_dump() if isinstance(value, BaseModel) else value
