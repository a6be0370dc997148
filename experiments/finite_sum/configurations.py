"""The settings that the claims are about: runs with others decide nothing."""

from collections.abc import Mapping
from typing import Any

from research.records.store import Plan

LOGISTIC: dict[str, Any] = {
    "problem.loss": "logistic",
    "problem.examples": 200,
    "problem.features": 10,
    "problem.mu": 1.0,
    "problem.condition": 1.0,
    "problem.rarity": 0.0,
    "batch_size": 2,
}
SPARSE: dict[str, Any] = {
    **LOGISTIC,
    "problem.examples": 500,
    "problem.features": 50,
    "problem.mu": 1e-3,
    "problem.rarity": 1.0,
    "adagrad_steps": 1000,
}
NAMED_BY_CLAIMS: dict[str, dict[str, Any]] = {
    "logistic": LOGISTIC,
    "batches": {**LOGISTIC, "batch_sizes": [2, 20, 50, 100]},
    "squares": {**LOGISTIC, "problem.loss": "squares"},
    "ill-conditioned": {**LOGISTIC, "problem.mu": 0.01, "problem.condition": 30.0},
    "convex": {
        **LOGISTIC,
        "problem.loss": "squares",
        "problem.mu": 0.0,
        "problem.condition": 1000.0,
        "problem.features": 20,
    },
    "absolute": {**LOGISTIC, "problem.loss": "absolute", "problem.mu": 0.0},
    "sparse": SPARSE,
    "dense": {**SPARSE, "problem.rarity": 0.0},
}
AT_LEAST: dict[str, dict[str, int]] = {
    "logistic": {"floor_steps": 6000, "decreasing_steps": 20_000},
    "batches": {"floor_steps": 6000},
    "squares": {"floor_steps": 3000},
    "ill-conditioned": {"floor_steps": 8000},
    "convex": {"decreasing_steps": 20_000},
    "absolute": {"decreasing_steps": 20_000},
}
"""By variant, settings that may be larger than its claims ask for."""


def wrong_settings(plan: Plan) -> dict[str, str]:
    """By variant, in which setting it is not what the claims are about; none if it is."""
    wrong: dict[str, str] = {}
    for variant, expected in NAMED_BY_CLAIMS.items():
        if variant not in plan.variants:
            continue
        settings = plan.variants[variant].settings
        for key, value in expected.items():
            if (found := _look_up(settings, key)) != value:
                wrong[variant] = f"{variant} has {key} {found}, the claim is about {value}"
        for key, least in {"chains": 100, **AT_LEAST.get(variant, {})}.items():
            if (number := int(settings[key])) < least:
                wrong[variant] = f"{variant} has {key} {number}, the claim needs at least {least}"
    return wrong


def _look_up(settings: Mapping[str, Any], key: str) -> object:
    value: Any = settings
    for part in key.split("."):
        value = value[part]
    return list(value) if isinstance(value, tuple) else value
