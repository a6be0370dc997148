"""What pydantic refused, in the words of the person who typed it.

One line a problem: where it was written, the key, what was found, what was expected, and the
nearest right spelling.
"""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from research.settings.document import KeyPath
from research.settings.errors import did_you_mean, nearest, shown
from research.settings.merge import Layer, Origin
from research.settings.structure import Model, Value, find_value, keys_of

_OF_TYPE = (
    "_type",
    "_from_float",
    "_parsing",
    "too_short",
    "too_long",
    "multiple_of",
    "literal_error",
)
_OF_RANGE = ("greater_than", "less_than", "finite_number", "missing", "none_required")

M = TypeVar("M", bound=BaseModel)


def validate(model: type[M], layer: Layer) -> tuple[M | None, list[str]]:
    """The validated model, or None and one line for each problem."""
    try:
        return model.model_validate(layer.data), []
    except ValidationError as error:
        lines = [_line(model, layer, details) for details in error.errors(include_url=False)]
        return None, list(dict.fromkeys(lines))


def _line(model: Model, layer: Layer, details: ErrorDetails) -> str:
    path, value = _data_path(model, details["loc"])
    context: dict[str, Any] = details.get("ctx", {})
    match details["type"]:
        case "extra_forbidden":
            return _unknown_key(model, layer, path)
        case "combination":
            return _combination(layer, path, context)
        case "union_tag_invalid" | "union_tag_not_found":
            return _unknown_name(model, layer, path)
        case "missing":
            return f"{_lead(layer.origin(path), path)} is missing, expected {value.describe()}"
    found = f"{_lead(layer.origin(path), path)} is {shown(layer.found(path))}"
    if details["type"].endswith(_OF_TYPE) or details["type"].startswith(_OF_RANGE):
        return found + f", expected {value.describe()}" + _hint(details, value, layer.origin(path))
    return f"{found}: {details['msg'].removeprefix('Value error, ')}"


def _data_path(model: Model, location: tuple[int | str, ...]) -> tuple[KeyPath, Value]:
    """The key path in the data, and what may stand there in the choice that was made by name.

    Pydantic's own path also names the member of each union.
    """
    path: KeyPath = ()
    value = Value(model)
    for position, part in enumerate(location):
        last = position == len(location) - 1
        if len(named := value.named()) > 1 and part in named:
            value = Value(named[str(part)])
        elif (found := value.child(part)) is not None or last:
            path, value = (*path, part), found or Value(Any)
    return path, value


def _unknown_key(model: Model, layer: Layer, path: KeyPath) -> str:
    *parents, last = path
    group = layer.found(tuple(parents))
    value = find_value(model, tuple(parents)) or Value(model)
    name = str(group.get("name", "")) if isinstance(group, dict) else ""
    models = [value.named()[name]] if name in value.named() else value.models()
    known = [key for each in models for key in each.model_fields]
    origin = layer.origin(path)
    written = "--" if origin is not None and origin.is_flag else ""
    where = f"{origin.text}: " if origin is not None and not origin.is_flag else ""
    prefix = ".".join(map(str, (*parents, "")))
    others = [other for other, each in value.named().items() if last in each.model_fields]
    if name in value.named() and others:
        needed = f"needs {written}{prefix}name {_alternatives(others)}"
        return f"{where}{written}{prefix}{last} {needed}; {name} has {', '.join(known)}"
    hint = unknown_setting_hint(str(last), prefix, known, list(keys_of(model)), written)
    return f"{where}unknown setting {written}{prefix}{last}{hint}"


def _alternatives(names: list[str]) -> str:
    """`a, b or c`; of many only the first."""
    first, last = (names[:3], "another") if len(names) > 4 else (names[:-1], names[-1])
    return f"{', '.join(first)} or {last}" if first else last


def unknown_setting_hint(
    word: str, prefix: str, siblings: list[str], everything: list[str], written: str
) -> str:
    """What to write instead of an unknown setting.

    Args:
        word: last part of its key.
        prefix: the rest, with its last dot.
        siblings: keys that the group has; none if there is no such group.
        everything: all dotted keys.
        written: "--" where the key is a flag.

    Returns:
        `; did you mean lr?`: a sibling spelled alike, else the same word elsewhere, else any key
        spelled alike if the group is not known, else the siblings.
    """
    if (near := nearest(word, siblings)) is not None:
        return f"; did you mean {written}{prefix}{near}?"
    homes = {key.rpartition(".")[2]: key for key in reversed(everything)}
    if word in homes and homes[word] != prefix + word:
        return f"; did you mean {written}{homes[word]}?"
    if not (prefix and siblings):
        if (near := nearest(prefix + word, everything)) is not None:
            return f"; did you mean {written}{near}?"
        if (near := nearest(word, homes)) is not None:
            return f"; did you mean {written}{homes[near]}?"
    return f"; expected one of {', '.join(siblings)}"


def _unknown_name(model: Model, layer: Layer, path: KeyPath) -> str:
    path = (*path, "name")
    names = list((find_value(model, path[:-1]) or Value(Any)).named())
    found = layer.found(path)
    words = "missing" if found is None else shown(found)
    hint = did_you_mean(str(found), names)
    return f"{_lead(layer.origin(path), path)} is {words}, expected one of {', '.join(names)}{hint}"


def _combination(layer: Layer, path: KeyPath, context: dict[str, Any]) -> str:
    group, path = path, (*path, *str(context["key"]).split("."))
    found = context["found"]
    origin = _culprit(layer, group, path, str(context["expected"])) or layer.origin(path)
    words = found if isinstance(found, str) else shown(found)
    line = f"{_lead(origin, path)} is {words}, expected {context['expected']}"
    return line if origin is not None and origin.is_flag else line + _with_flag(layer)


def _with_flag(layer: Layer) -> str:
    """The one flag of the command: what stands in the file did not conflict with it before."""
    flags = {origin.text for origin in layer.origins.values() if origin.is_flag}
    if len(flags) != 1:
        return ""
    flag = flags.pop()
    value = layer.found(tuple(flag.removeprefix("--").split(".")))
    return f" (with {flag} {value if isinstance(value, str) else shown(value)})"


def _culprit(layer: Layer, group: KeyPath, path: KeyPath, expected: str) -> Origin | None:
    """The flag that made the combination: of a key in the group that the expectation speaks of."""
    flags = {p: o for p, o in layer.origins.items() if o.is_flag and p[: len(group)] == group}
    if path in flags:
        return flags[path]
    spoken = [o for p, o in flags.items() if p and str(p[-1]).replace("_", " ") in expected]
    return spoken[0] if spoken else None


def _hint(details: ErrorDetails, value: Value, origin: Origin | None) -> str:
    """How to write what was probably meant."""
    found = details["input"]
    if details["type"] == "finite_number":
        return ", and finite"
    if (
        details["type"] == "int_type"
        and isinstance(found, float)
        and found.is_integer()
        and abs(found) < 1e15
    ):
        return f"; write {found:.0f}"
    if details["type"] == "string_type" and isinstance(found, int | float):
        quoted = f'"{shown(found)}"'  # quotes for YAML, and on a command line others for the shell
        return (
            f"; write '{quoted}'" if origin is not None and origin.is_flag else f"; write {quoted}"
        )
    if isinstance(found, str):
        if found.lower() == "none" and value.describe().endswith("null"):
            return "; write null"
        return did_you_mean(found, value.choices())
    return ""


def _lead(origin: Origin | None, path: KeyPath) -> str:
    """How a line begins: `configs/grokking.yaml:24: optimizer.lr`, or the flag."""
    key = ".".join(map(str, path)) or "the file"
    if origin is None:
        return key
    return origin.text if origin.is_flag and origin.text == f"--{key}" else f"{origin.text}: {key}"
