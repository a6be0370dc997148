"""The claims of mode_connectivity: what each says, the runs that it needs, and its bounds.

Thresholds were written down on pairs of other seeds than those that are judged.
"""

from typing import Any

from experiments.mode_connectivity.numbers import barrier, barrier_ratio, length, moved_excess
from research.evidence.bounded_claim import BoundedClaim
from research.evidence.claims import Claim

GARIPOV = "Garipov et al. (2018), arXiv:1802.10026"
OURS = "our measurements"
FLAT = 0.05
"""Nats that the loss may rise along a path that counts as flat."""
WALL = 0.5
"""Nats that it rises at least along a path that does not."""
POINTS = 2.0
"""Per cent of test images by which a path may be worse than the worse end."""

CLAIMS = (
    BoundedClaim(
        Claim(
            "M1",
            "On the straight line between two networks, trained apart from each other, the"
            " training loss is higher than at both",
            GARIPOV + ", figure 2",
            f">= {WALL} nats above the worse end in every pair",
        ),
        ("bezier",),
        barrier("line", "train/loss"),
        low=WALL,
    ),
    BoundedClaim(
        Claim(
            "M2",
            "Along a Bezier curve with one trained bend it is not: the two minima are joined",
            GARIPOV + ", figure 2",
            f"<= {FLAT} nats above the worse end in every pair",
        ),
        ("bezier",),
        barrier("curve", "train/loss"),
        high=FLAT,
    ),
    BoundedClaim(
        Claim(
            "M3",
            "Nor does the test error rise along the curve, though only training images were asked",
            GARIPOV + ", table of its code: by 0.8 points for VGG16 on CIFAR-10",
            f"<= {POINTS:g} points above the worse end in every pair",
        ),
        ("bezier",),
        barrier("curve", "test/error", 100),
        high=POINTS,
    ),
    BoundedClaim(
        Claim(
            "M4",
            "A chain of two straight pieces does as well",
            GARIPOV + ", section 3",
            f"<= {FLAT} nats of training loss above the worse end in every pair",
        ),
        ("chain",),
        barrier("curve", "train/loss"),
        high=FLAT,
    ),
    BoundedClaim(
        Claim(
            "M5",
            "Minima of a fully connected network are joined too: barrier of the curve over that of"
            " the straight line",
            OURS,
            "<= 0.1 in every pair",
        ),
        ("mlp",),
        barrier_ratio,
        high=0.1,
    ),
    BoundedClaim(
        Claim(
            "M6",
            "With batch norm too, where its statistics are measured at every point",
            GARIPOV + "; its code measures statistics at every point too",
            f"<= {FLAT} nats of training loss above the worse end in every pair",
        ),
        ("batch-norm",),
        barrier("curve", "train/loss"),
        high=FLAT,
    ),
    BoundedClaim(
        Claim(
            "M7",
            "Statistics that are moved along from one end to the other show a barrier on that same"
            " curve where there is none: by how much the training loss is higher with them",
            OURS,
            ">= 0.2 nats at some point in every pair",
        ),
        ("batch-norm",),
        moved_excess,
        low=0.2,
    ),
    BoundedClaim(
        Claim(
            "M8",
            "The way round is short: length of the curve over that of the straight line",
            OURS,
            "<= 1.25 in every pair",
        ),
        ("bezier",),
        length,
        high=1.25,
    ),
    BoundedClaim(
        Claim(
            "M9",
            "M1 on 10,000 images of Fashion-MNIST",
            GARIPOV + ", figure 2",
            f">= {WALL} nats above the worse end in every pair",
        ),
        ("fashion",),
        barrier("line", "train/loss"),
        low=WALL,
    ),
    BoundedClaim(
        Claim(
            "M10",
            "M2 on 10,000 images of Fashion-MNIST",
            GARIPOV + ", figure 2",
            f"<= {FLAT} nats above the worse end in every pair",
        ),
        ("fashion",),
        barrier("curve", "train/loss"),
        high=FLAT,
    ),
    BoundedClaim(
        Claim(
            "M11",
            "M3 on Fashion-MNIST",
            GARIPOV + ", table of its code",
            f"<= {POINTS:g} points above the worse end in every pair",
        ),
        ("fashion",),
        barrier("curve", "test/error", 100),
        high=POINTS,
    ),
)
"""Every claim of the experiment."""

DIGITS: dict[str, Any] = {
    "data.name": "digits",
    "data.train_examples": None,
    "data.label_noise": 0.0,
    "data.augmentation": "none",
    "model.name": "cnn",
    "model.channels": [16, 32],
    "model.batch_norm": False,
    "model.dropout": 0.0,
    "batch_size": 64,
    "optimizer.name": "heavy_ball",
    "optimizer.lr": 0.05,
    "schedule.name": "cosine",
    "averaging": None,
    "stop": None,
    "curve.kind": "bezier",
    "curve.bends": 1,
}
NAMED_BY_CLAIMS: dict[str, dict[str, Any]] = {
    "bezier": DIGITS,
    "chain": {**DIGITS, "curve.kind": "chain"},
    "mlp": {
        **{key: value for key, value in DIGITS.items() if key != "model.channels"},
        "model.name": "mlp",
        "model.widths": [64, 64],
    },
    "batch-norm": {**DIGITS, "model.batch_norm": True},
    "fashion": {**DIGITS, "data.name": "fashion_mnist", "data.train_examples": 10_000},
}
"""By variant, the values that its settings must have."""
SIZE = {"trainer.max_steps": 1500, "curve.max_steps": 1500, "path_points": 25}
AT_LEAST: dict[str, dict[str, Any]] = {
    variant: {**SIZE, "path_examples": 5000 if variant == "fashion" else 1438}
    for variant in NAMED_BY_CLAIMS
}
"""By variant, the least size; longer training and more points and images are fine."""
