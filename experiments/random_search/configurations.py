"""The settings that the claims are about: runs with others decide nothing."""

from typing import Any

BUMP: dict[str, Any] = {"problem.name": "bump"}
NETWORK: dict[str, Any] = {
    "problem.name": "network",
    "problem.steps": 100,
    "problem.batch_size": 64,
    "problem.shift_decades": 1.5,
    "problem.lr.low": 1e-5,
    "problem.lr.high": 10.0,
    "problem.weight_decay.low": 1e-7,
    "problem.weight_decay.high": 1e-3,
    "problem.momentum.low": 0.0,
    "problem.momentum.high": 0.95,
    "problem.hidden.low": 16.0,
    "problem.hidden.high": 256.0,
    "data.name": "digits",
    "data.train_examples": 500,
    "data.label_noise": 0.0,
    "trials": 16,
}
EXACTLY: dict[str, dict[str, Any]] = {
    "one-of-four": {
        **BUMP,
        "problem.dimensions": 4,
        "problem.relevant": 1,
        "problem.width": 0.1,
    },
    "two-of-four": {
        **BUMP,
        "problem.dimensions": 4,
        "problem.relevant": 2,
        "problem.width": 0.15,
    },
    "all-of-two": {
        **BUMP,
        "problem.dimensions": 2,
        "problem.relevant": 2,
        "problem.width": 0.15,
    },
    "network": NETWORK,
    "network-fixed": {**NETWORK, "problem.shift_decades": 0.0},
}
"""By variant, values that must be these."""

_SEARCHES = {"repeats": 500, "adaptive_repeats": 50, "trials": 81}
_NETWORKS = {"repeats": 40, "data.validation_examples": 700}
AT_LEAST: dict[str, dict[str, int]] = {
    "one-of-four": _SEARCHES,
    "two-of-four": _SEARCHES,
    "all-of-two": _SEARCHES,
    "network": _NETWORKS,
    "network-fixed": _NETWORKS,
}
"""By variant, values that may be larger than the claims ask for."""
