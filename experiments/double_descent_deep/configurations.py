"""The settings that the claims are about: runs with others decide nothing."""

from typing import Any

WIDTHS = tuple(f"cnn5-k{width}" for width in (1, 2, 3, 4, 6, 8, 12, 16))
"""The variants of the curve over widths."""

TRAINING: dict[str, Any] = {
    "data.name": "fashion_mnist",
    "data.train_examples": 2000,
    "data.noisy_labels": "wrong",
    "data.augmentation": "none",
    "model.name": "cnn5",
    "model.shrink": 2,
    "batch_size": 50,
    "optimizer.name": "adam",
    "optimizer.lr": 3e-3,
    "schedule.name": "constant",
    "averaging": None,
    "stop": None,
    "fresh_statistics": True,
}
OVER_EPOCHS = {**TRAINING, "model.width": 16, "evaluation.every": 40}
NAMED_BY_CLAIMS: dict[str, dict[str, Any]] = {
    "noise": {**OVER_EPOCHS, "data.label_noise": 0.2},
    "noise40": {**OVER_EPOCHS, "data.label_noise": 0.4},
    "clean": {**OVER_EPOCHS, "data.label_noise": 0.0},
    **{variant: {**TRAINING, "data.label_noise": 0.2} for variant in WIDTHS},
}
"""By variant, the values that its settings must have."""
SIZE = {"data.test_examples": 2000, "trainer.max_steps": 2000}
AT_LEAST: dict[str, dict[str, Any]] = {
    variant: {**SIZE, "trainer.max_steps": 2400} if variant in WIDTHS else SIZE
    for variant in NAMED_BY_CLAIMS
}
"""By variant, the least size; more test images and a longer run are fine."""
