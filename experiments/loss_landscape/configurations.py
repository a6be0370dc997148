"""The settings that the claims are about: runs with others decide nothing."""

from typing import Any

SPAN = [-0.3, 0.3]
TRAINING: dict[str, Any] = {
    "data.name": "fashion_mnist",
    "data.standardise": False,
    "data.label_noise": 0.0,
    "data.augmentation": "none",
    "model.name": "cnn",
    "model.channels": [16, 32],
    "model.kernel": 3,
    "model.pool": "average",
    "model.hidden": 64,
    "model.activation": "relu",
    "model.dropout_before": "hidden",
    "optimizer.name": "heavy_ball",
    "optimizer.momentum": 0.9,
    "schedule.name": "constant",
    "averaging": None,
    "stop": None,
    "lines.dimensions": 1,
    "lines.span": SPAN,
    "lines.points": 31,
    "lines.directions.normalisation": "tensor",
    "lines.directions.vectors": "normalised",
    "lines.dropout": "off",
    "lines.preview": False,
}
MNIST = {**TRAINING, "data.name": "mnist"}
NAMED_BY_CLAIMS: dict[str, dict[str, Any]] = {
    "plain": {**TRAINING, "model.dropout": 0.0},
    "dropout": {**TRAINING, "model.dropout": 0.2},
    "mnist": {**MNIST, "model.dropout": 0.0},
    "mnist-dropout": {**MNIST, "model.dropout": 0.2},
}
"""By variant, the values that its settings must have."""
SIZE = {
    "data.train_examples": 20_000,
    "trainer.max_steps": 1500,
    "optimizer.lr": 0.01,
    "directions": 8,
    "lines.examples": 512,
    "data.test_examples": 512,
}
SMALLER = {**SIZE, "data.train_examples": 8000, "trainer.max_steps": 496}
AT_LEAST: dict[str, dict[str, Any]] = {
    variant: SMALLER if variant.startswith("mnist") else SIZE for variant in NAMED_BY_CLAIMS
}
"""By variant, the least size; longer and faster training on more images is fine."""
