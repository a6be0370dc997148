"""The settings that the claims are about: runs with others decide nothing."""

from typing import Any

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
CHAINS = {"chains": 100}
AT_LEAST: dict[str, dict[str, int]] = {
    **dict.fromkeys(NAMED_BY_CLAIMS, CHAINS),
    "logistic": {**CHAINS, "floor_steps": 6000, "decreasing_steps": 20_000},
    "batches": {**CHAINS, "floor_steps": 6000},
    "squares": {**CHAINS, "floor_steps": 3000},
    "ill-conditioned": {**CHAINS, "floor_steps": 8000},
    "convex": {**CHAINS, "decreasing_steps": 20_000},
    "absolute": {**CHAINS, "decreasing_steps": 20_000},
}
"""By variant, settings that may be larger than its claims ask for."""
