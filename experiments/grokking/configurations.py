"""The settings that the claims are about: runs with others, say another modulus, decide nothing."""

from collections.abc import Mapping
from typing import Any

from research.records.store import Plan

SMALL: dict[str, Any] = {
    "data.operation": "x/y",
    "data.modulus": 59,
    "data.train_fraction": 0.5,
    "model.layers": 1,
    "optimizer.name": "adamw",
}
LECTURE: dict[str, Any] = {**SMALL, "data.modulus": 97, "model.layers": 2}
NAMED_BY_CLAIMS: dict[str, dict[str, Any]] = {
    "small-wd1": {**SMALL, "optimizer.weight_decay": 1.0},
    "small-wd3": {**SMALL, "optimizer.weight_decay": 3.0},
    "lecture-wd1": {**LECTURE, "optimizer.weight_decay": 1.0},
    "lecture-wd0.3": {**LECTURE, "optimizer.weight_decay": 0.3},
    "lecture-fraction0.3": {**LECTURE, "optimizer.weight_decay": 1.0, "data.train_fraction": 0.3},
    "lecture-muon": {
        **LECTURE,
        "optimizer.name": "muon",
        "optimizer.lr": 0.02,
        "optimizer.momentum": 0.95,
        "optimizer.weight_decay": 0.05,
    },
    "fig1-adam": {**LECTURE, "optimizer.name": "adam", "optimizer.weight_decay": 0.0},
}


def wrong_settings(plan: Plan) -> dict[str, str]:
    """By variant, in which setting it is not what the claims are about; none if it is."""
    wrong: dict[str, str] = {}
    for variant, expected in NAMED_BY_CLAIMS.items():
        if variant not in plan.variants:
            continue
        for key, value in expected.items():
            found = _look_up(plan.variants[variant].settings, key)
            if found != value:
                wrong[variant] = f"{variant} has {key} {found}, the claim is about {value}"
    return wrong


def _look_up(settings: Mapping[str, Any], key: str) -> object:
    value: Any = settings
    for part in key.split("."):
        value = value[part] if isinstance(value, Mapping) and part in value else None
    return value
