"""The settings that the claims are about: runs with others, say another modulus, decide nothing."""

from typing import Any

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
