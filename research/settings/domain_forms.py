"""The forms in which a domain may be written: text, a list, groups of settings.

    optimizer.lr: 1e-4..1e-1 log               # an interval, evenly in the logarithm
    model.width: 16..256 log integer, 4 points # whole numbers; four of them on a grid
    optimizer.name: [sgd, adam]                # choices
    optimizer.momentum: {values: 0..0.99, when: {optimizer.name: sgd}}
    schedule.steps: {low: 10, high: 100, integer: true}

Every form becomes the keys of `Domain`, which says what they mean.
"""

import re
from collections.abc import Mapping

from research.settings.core_schema import PlainData
from research.settings.search import Domain

EXPECTED = "an interval such as 1e-4..1e-2 log, choices such as [a, b], or {low: 0, high: 1}"

_NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_INTERVAL = re.compile(rf"\s*({_NUMBER})\s*\.\.\s*({_NUMBER})\s*(.*?)\s*")
INTERVAL_PATTERN = f"^{_NUMBER} *\\.\\. *{_NUMBER}([ ,]+(log|integer|[0-9]+ points))*$"
"""An interval as text, for editors."""
_WORDS = ("log", "integer")


def parts_of(value: PlainData) -> list[PlainData]:
    """The domains of one setting, each as it is written: a list of groups is one of several."""
    several = isinstance(value, list) and value and all(isinstance(each, dict) for each in value)
    return list(value) if several else [value]


def read_form(value: PlainData) -> dict[str, PlainData]:
    """One domain as keys and values of `Domain`, not yet validated.

    Args:
        value: what stands in the file or on the command line.

    Raises:
        ValueError: it is none of the forms; the message says what was expected.
    """
    return _of_group(value) if isinstance(value, dict) else _of_values(value)


def written(domain: Domain) -> PlainData:
    """The shortest form of a domain; `read_form` reads it back."""
    values: PlainData = _interval(domain)
    if domain.choices is not None:
        values = [list(each) if isinstance(each, tuple) else each for each in domain.choices]
    if not domain.when:
        return values
    when = {key: list(v) if isinstance(v, tuple) else v for key, v in domain.when.items()}
    return {"values": values, "when": when}


def written_space(space: Mapping[str, tuple[Domain, ...]]) -> dict[str, PlainData]:
    """A space in the shortest forms, as a file may hold it."""
    forms = {key: [written(each) for each in domains] for key, domains in space.items()}
    return {key: each[0] if len(each) == 1 else each for key, each in forms.items()}


def _interval(domain: Domain) -> str:
    if domain.low is None or domain.high is None:
        return ""
    words = [word for word in _WORDS if getattr(domain, word)]
    words += [f"{domain.points} points"] if domain.points is not None else []
    return " ".join([f"{_number(domain.low)}..{_number(domain.high)}", *words])


def _number(value: float) -> str:
    """As short as it reads back the same."""
    return next(text for text in (f"{value:g}", repr(value)) if float(text) == value)


def _of_group(group: dict[str, PlainData]) -> dict[str, PlainData]:
    """A group in which `values` stands for an interval as text, or for a list of choices."""
    if "values" not in group:
        return group
    rest = {key: each for key, each in group.items() if key != "values"}
    spelled = _of_values(group["values"])
    if twice := sorted(set(spelled) & set(rest)):
        raise ValueError(f"expected {twice[0]} once, and not beside values")
    return {**spelled, **rest}


def _of_values(value: PlainData) -> dict[str, PlainData]:
    if isinstance(value, list):
        return {"choices": value}
    match = _INTERVAL.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"expected {EXPECTED}")
    low, high, rest = match.groups()
    return {"low": float(low), "high": float(high), **_options(rest)}


def _options(text: str) -> dict[str, PlainData]:
    """`log`, `integer` and `5 points`, in any order, with or without commas."""
    options: dict[str, PlainData] = {}
    words = text.replace(",", " ").split()
    while words:
        word = words.pop(0)
        if word in _WORDS:
            options[word] = True
        elif word.isdecimal() and words and words.pop(0) == "points":
            options["points"] = int(word)
        else:
            raise ValueError(f"found {word} after the interval, expected log, integer or 5 points")
    return options
