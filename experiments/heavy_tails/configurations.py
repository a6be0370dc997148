"""The settings that the claims are about; their grids may be any that enclose the best rate."""

from typing import Any

BIGRAM: dict[str, Any] = {
    "problem.name": "bigram",
    "problem.vocabularies": [400],
    "problem.exponent": 1.0,
    "problem.shared": 0.5,
    "problem.weighted_by": None,
    "steps": 300,
    "target": None,
}
GROWTH = {**BIGRAM, "problem.vocabularies": [50, 100, 200, 400], "target": 0.1}
SOFTMAX = {"problem.name": "linear_softmax", "problem.m": 7, "steps": 500, "target": None}


def _weighted(by: str, power: float) -> dict[str, Any]:
    return {**BIGRAM, "problem.weighted_by": by, "problem.power": power}


def _without_steps(settings: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in settings.items() if key != "steps"}


NAMED_BY_CLAIMS: dict[str, dict[str, Any]] = {
    "one-hot": {
        "problem.name": "one_hot",
        "problem.classes": 1000,
        "problem.exponent": 1.0,
        "rates.gd": [100.0],
        "rates.adam": [0.005],
        "rates.sign": [0.005],
        "steps": 1000,
    },
    "bigram": BIGRAM,
    "growth": _without_steps(GROWTH),
    "growth-fixed": {
        **_without_steps(GROWTH),
        "rates.gd": [],
        "rates.adam": [0.03],
        "bound_share": 0.95,
    },
    "by-context": _weighted("context", 1.0),
    "by-context-root": _weighted("context", 0.5),
    "by-target": _weighted("target", 1.0),
    "by-target-root": _weighted("target", 0.5),
    "separable": {**SOFTMAX, "target": 0.01},
    "separable-final": SOFTMAX,
    "paper-softmax": {**SOFTMAX, "problem.m": 11, "steps": 1000},
}
"""By variant, what its claims are about."""

AT_LEAST: dict[str, dict[str, Any]] = {
    "growth": {"steps": 400},
    "growth-fixed": {"steps": 6000},
}
"""By variant, settings that may be larger."""
