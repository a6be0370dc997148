"""Sorts the flags of `descent sweep`: settings, and what is said about the search itself.

`--space.optimizer.lr '1e-4..1e-2 log'`, `--objective.metric validation/loss` and `--pruner.name
median` are about the search; everything else is a setting, as with `run`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from experiments.command_line.arguments import Override, read_overrides
from research.settings.base import Settings
from research.settings.core_schema import PlainData
from research.settings.document import parse_value
from research.settings.errors import SettingsError, shown
from research.settings.search import SearchSettings
from research.settings.structure import find_value

SPACE = "space."


@dataclass(frozen=True)
class SearchWords:
    """What a command line says besides its options, by dotted key.

    Attributes:
        settings: each is fixed, and no longer searched.
        search: `space.optimizer.lr`, `objective.metric`, `pruner.name` and the like.
    """

    settings: dict[str, Any]
    search: dict[str, Any] = field(default_factory=dict)


def read_words(
    overrides: Sequence[Override], model: type[Settings], options: Mapping[str, bool]
) -> SearchWords:
    """The values of all flags that are no options of the command.

    Args:
        overrides: as they were typed.
        model: the experiment's settings.
        options: the command's own, for suggestions.

    Raises:
        SettingsError: one is neither a setting nor about the search, stands twice, or has no value.
    """
    about = [each for each in overrides if _is_about_the_search(each.key, model)]
    search: dict[str, Any] = {}
    for each in about:
        if each.key in search:
            raise SettingsError(f"--{each.key} is given twice, expected once")
        if not each.text:
            raise SettingsError(f"--{each.key} needs a value: write --{each.key} VALUE")
        search[each.key] = _value(each.key, each.text)
    own = [each for each in overrides if each not in about]
    return SearchWords(read_overrides(own, model, options), search)


def _is_about_the_search(key: str, model: type[Settings]) -> bool:
    """Whether a flag is no setting; of an experiment that has an `objective` too, its own are."""
    group = key.partition(".")[0]
    if key.startswith(SPACE) or find_value(SearchSettings, tuple(key.split("."))) is not None:
        return group in ("space", "objective", "pruner") and "." in key
    return group in ("objective", "pruner") and group not in model.model_fields


def _value(key: str, text: str) -> PlainData:
    """Of a space `1e-4..1e-2 log` is text, and `a,b` the list `[a, b]`."""
    listed = key.startswith(SPACE) and "," in text and ".." not in text
    plain = listed and not text.lstrip().startswith(("[", "{", "'", '"'))
    try:
        return parse_value(f"[{text}]" if plain else text)
    except ValueError as error:
        raise SettingsError(f"--{key} is {shown(text)}: {error}") from error
