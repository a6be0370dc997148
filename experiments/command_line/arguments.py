"""Takes overrides such as `--optimizer.lr 1e-3` out of a command line; Typer reads what is left.

The options that a command declares decide what is an option, so overrides may stand anywhere.
Nothing may be abbreviated, and nothing is guessed: what is neither an option nor a setting is
refused with the nearest right spelling.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from research.settings.base import Settings
from research.settings.core_schema import PlainData
from research.settings.document import parse_value
from research.settings.errors import SettingsError, did_you_mean, nearest, shown
from research.settings.explain import unknown_setting_hint
from research.settings.structure import find_value, is_list, keys_of


@dataclass(frozen=True)
class Override:
    """One setting as it was typed; its text is None where the value is missing."""

    key: str
    text: str | None


@dataclass(frozen=True)
class Arguments:
    """A command line, split.

    Attributes:
        declared: what Typer reads: the command's own options and its positional arguments.
        positional: the positional arguments among them.
        overrides: everything else, in order.
        wants_help: whether `--help` is among them.
    """

    declared: list[str]
    positional: list[str]
    overrides: list[Override]
    wants_help: bool


@dataclass(frozen=True)
class TypedSettings:
    """What the command line hands to a command besides its own options.

    Attributes:
        overrides: settings as they were typed.
        options: the command's own options, for suggestions.
        command: the whole command line, for the provenance.
    """

    overrides: list[Override]
    options: dict[str, bool]
    command: list[str]


def split(arguments: Sequence[str], options: Mapping[str, bool]) -> Arguments:
    """Splits what follows the command's name.

    Args:
        arguments: as the shell passed them.
        options: the options that the command declares, and whether each takes a value.

    Raises:
        SettingsError: an option lacks its value or is given twice, or has one dash.
    """
    declared: list[str] = []
    positional: list[str] = []
    overrides: list[Override] = []
    seen: set[str] = set()
    end = arguments.index("--") if "--" in arguments else len(arguments)
    for word, value in _pairs(arguments[:end], options):
        if not word.startswith("--"):
            positional.append(word)
        elif word in options:
            if value == "":
                raise _lacks_value(word)
            if word in seen:
                raise SettingsError(f"{word} is given twice, expected once")
            seen.add(word)
            declared += [word] if value is None else [f"{word}={value}"]
        else:
            overrides.append(Override(word.removeprefix("--"), value))
    positional += arguments[end + 1 :]
    return Arguments([*declared, "--", *positional], positional, overrides, "--help" in seen)


def _pairs(
    arguments: Sequence[str], options: Mapping[str, bool]
) -> Iterator[tuple[str, str | None]]:
    """Options with their values, and positional arguments with None."""
    position = 0
    while position < len(arguments):
        word, equals, value = _parts(arguments[position])
        position += 1
        takes_value = word.startswith("--") and options.get(word, True)
        if equals and not takes_value:
            raise SettingsError(f"{word} takes no value, found {shown(value)}")
        if not takes_value or equals:
            yield word, value if equals else None
        elif position < len(arguments) and not arguments[position].startswith("--"):
            yield word, arguments[position]
            position += 1
        elif word in options:
            raise _lacks_value(word)
        else:
            yield word, None


def _lacks_value(option: str) -> SettingsError:
    return SettingsError(f"{option} needs a value: write {option} VALUE")


def _parts(word: str) -> tuple[str, str, str]:
    if word.startswith("-") and not word.startswith("--"):
        hint = {"-h": "; did you mean --help?", "-V": "; did you mean --version?"}.get(word, "")
        raise SettingsError(f"unknown option {word}{hint or ': options begin with two dashes'}")
    return word.partition("=") if word.startswith("--") else (word, "", "")


def refuse_overrides(overrides: Sequence[Override], options: Mapping[str, bool]) -> None:
    """For commands that take no settings.

    Raises:
        SettingsError: there is one.
    """
    for override in overrides:
        raise SettingsError(unknown_option(override, options))


def unknown_option(override: Override, options: Mapping[str, bool]) -> str:
    """The line about a flag that is no option, where no setting can be meant."""
    hint = did_you_mean(override.key, _names(options), "--")
    return f"unknown option --{override.key}{hint or '; expected ' + ', '.join(sorted(options))}"


def read_overrides(
    overrides: Sequence[Override], model: type[Settings], options: Mapping[str, bool]
) -> dict[str, Any]:
    """The values of overrides by dotted key.

    Raises:
        SettingsError: a key is no setting, stands twice, or its value is missing or no YAML.
    """
    values: dict[str, Any] = {}
    for override in overrides:
        key = override.key
        if find_value(model, tuple(key.split("."))) is None:
            raise SettingsError(_unknown(key, model, options))
        if key in values:
            raise SettingsError(f"--{key} is given twice, expected once")
        if not override.text:
            raise _lacks_value(f"--{key}")
        try:
            values[key] = _value(override.text, model, key)
        except ValueError as error:
            raise SettingsError(f"--{key} is {shown(override.text)}: {error}") from error
    return values


def _value(text: str, model: type[Settings], key: str) -> PlainData:
    """The value of an override.

    Where only a list can be meant, `0.1,0.2` is `[0.1, 0.2]`; and `0.1` is `[0.1]` unless the list
    has a certain length.

    Raises:
        ValueError: it is no value; it says why.
    """
    path = tuple(key.split("."))
    plain = "," in text and not text.lstrip().startswith(("[", "{", "'", '"'))
    if not (plain and is_list(model, path)):
        value = parse_value(text)
        alone = not isinstance(value, list | dict | None)
        return [value] if alone and is_list(model, path, of_any_length=True) else value
    try:
        return parse_value(f"[{text}]")
    except ValueError as error:
        raise ValueError(f"expected a list such as [a, b] or a,b ({error})") from error


def _names(options: Mapping[str, bool]) -> list[str]:
    return [option.removeprefix("--") for option in options]


def _unknown(key: str, model: type[Settings], options: Mapping[str, bool]) -> str:
    everything = list(keys_of(model))
    abbreviates = any(name.startswith(key) for name in _names(options))
    named_deeper = any(each.endswith(f".{key}") for each in everything) and not abbreviates
    elsewhere = "." in key or named_deeper
    near = None if elsewhere else nearest(key, [*_names(options), *model.model_fields])
    if near is not None:
        return f"unknown option or setting --{key}; did you mean --{near}?"
    prefix, _, word = key.rpartition(".")
    value = find_value(model, tuple(prefix.split("."))) if prefix else None
    models = value.models() if value is not None else []
    siblings = list(dict.fromkeys(name for each in models for name in each.model_fields))
    hint = unknown_setting_hint(word, f"{prefix}." if prefix else "", siblings, everything, "--")
    listed = "; `--help` lists the settings" if hint.endswith("expected one of ") else hint
    return f"unknown setting --{key}{listed}"
