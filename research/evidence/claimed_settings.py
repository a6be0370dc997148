"""Whether runs have the settings that claims are about: those with others decide nothing."""

from collections.abc import Mapping
from typing import Any

from research.records.store import Plan

ByKey = Mapping[str, Any]
"""Values by dotted key, for example {"optimizer.name": "adamw"}."""


def difference(settings: ByKey, exactly: ByKey, at_least: ByKey | None = None) -> str | None:
    """The setting in which a run is not what a claim is about, in words, or None.

    Args:
        settings: all settings of the run, nested.
        exactly: values that must be these.
        at_least: values that may be larger; null, where a setting has it for "all", is enough.
    """
    for key, wanted in exactly.items():
        if (found := _look_up(settings, key)) != wanted:
            return f"{key} {found}, the claim is about {'null' if wanted is None else wanted}"
    for key, least in (at_least or {}).items():
        if (found := _look_up(settings, key)) is not None and found < least:
            return f"{key} {found}, the claim needs at least {least}"
    return None


def wrong_settings(
    plan: Plan, exactly: Mapping[str, ByKey], at_least: Mapping[str, ByKey] | None = None
) -> dict[str, str]:
    """By variant, in which setting it is not what the claims are about; none where it is.

    Args:
        plan: the plan of a record.
        exactly: by variant, as in `difference`.
        at_least: by variant, as in `difference`.
    """
    wrong: dict[str, str] = {}
    for variant in exactly.keys() & plan.variants.keys():
        settings, least = plan.variants[variant].settings, (at_least or {}).get(variant)
        if (found := difference(settings, exactly[variant], least)) is not None:
            wrong[variant] = f"{variant} has {found}"
    return wrong


def _look_up(settings: ByKey, key: str) -> Any:
    value: Any = settings
    for part in key.split("."):
        value = value[part] if isinstance(value, Mapping) and part in value else None
    return list(value) if isinstance(value, tuple) else value
