"""Labels of variants that stay true when a flag changes what they speak of.

A label is written for the settings of the file: "AdamW, lr 1e-3". Under `--optimizer.name muon` the
figure would still say so.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from research.settings.core_schema import PlainData
from research.settings.errors import shown

_GREEK = str.maketrans({"β": "beta", "ε": "eps", "λ": "lambda", "μ": "mu"})
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:e[-+]?\d+)?", re.IGNORECASE)


def relabelled(
    label: str, own: Mapping[str, Any], before: PlainData, overrides: Mapping[str, Any]
) -> str:
    """The label, followed in brackets by the flags that change what it says.

    A flag does if it changes a word or a number that the variant itself sets, or a setting that
    the label names: by the setting's name ("weight decay", "μ"), or by the value that it had
    ("AdamW", "0.9"; a whole number by itself says too little).

    Args:
        label: what the file calls the variant.
        own: the settings that the variant changes, nested.
        before: all settings without flags, nested.
        overrides: values of the flags by dotted key.
    """
    flags = [
        f"--{key} {value if isinstance(value, str) else shown(value)}"
        for key, value in _flat(overrides)
        if (old := _look_up(before, key)) != value
        and (_sets(own, key, value) or _names(label, key.rpartition(".")[2], old))
    ]
    return f"{label} ({', '.join(flags)})" if flags else label


def _flat(values: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Dotted keys of what is no group."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


def _look_up(data: PlainData, key: str) -> PlainData:
    for part in key.split("."):
        data = data.get(part) if isinstance(data, Mapping) else None
    return list(data) if isinstance(data, tuple) else data


def _sets(own: Mapping[str, Any], key: str, value: PlainData) -> bool:
    """Whether the variant sets what the key names, or the group that holds it, or a part of it."""
    return not isinstance(value, list) and any(
        each == key or each.startswith(f"{key}.") or key.startswith(f"{each}.")
        for each, _ in _flat(own)
    )


def _names(label: str, setting: str, old: PlainData) -> bool:
    """Whether a label speaks of a setting, by its name or by the value that it had."""
    numbers = {float(number) for number in _NUMBER.findall(label)}
    if _fractions(old) and set(_fractions(old)) <= numbers:
        return True
    spoken = [old] if isinstance(old, str) else []
    if setting != "name":
        spoken.append(setting)
    return any(re.search(rf"\b{_words(each)}\b", _words(label)) for each in spoken if _words(each))


def _fractions(value: PlainData) -> list[float]:
    """The numbers of a value that are not whole."""
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, float) and not each.is_integer()]


def _words(text: str) -> str:
    """Lower case, Greek letters spelled out, one space for all that is no letter and no digit."""
    return re.sub(r"[^a-z0-9]+", " ", text.lower().translate(_GREEK)).strip()
