"""The settings that the claims are about: runs with others decide nothing."""

from collections.abc import Mapping
from typing import Any

from research.records.store import Plan

PROBLEM: dict[str, Any] = {
    "data.name": "digits",
    "data.train_examples": None,
    "data.label_noise": 0.2,
    "model.widths": [16],
    "batch_size": 16,
    "optimizer.name": "sgd",
    "optimizer.lr": 0.3,
    "trainer.max_steps": 2000,
    "evaluation.every": 100,
}
NAMED_BY_CLAIMS: dict[str, dict[str, Any]] = {
    "constant": {**PROBLEM, "schedule.name": "constant"},
    "cosine": {**PROBLEM, "schedule.name": "cosine", "schedule.steps": None},
    "trapezoid": {**PROBLEM, "schedule.name": "trapezoid", "schedule.decay": 0.2},
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
