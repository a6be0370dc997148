"""The settings that the claims are about: runs with others decide nothing."""

from typing import Any

PROBLEM: dict[str, Any] = {
    "data.name": "digits",
    "data.train_examples": None,
    "data.label_noise": 0.2,
    "data.noisy_labels": "any",
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
