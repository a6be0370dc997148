"""The claims of multi_point. Their verdicts are whatever comes out.

The thresholds of C7 and C8 are older than any run of ours with these settings; sizes were chosen
on seeds that judge nothing.
"""

from typing import Any

from experiments.multi_point.readings import Reading
from research.evidence.bounded_claim import BoundedClaim
from research.evidence.claims import Claim

SKOROKHODOV = "Skorokhodov and Burtsev (2019), arXiv:1910.03867"
OURS = "our measurements"
PLAUSIBLE = 95.0
"""Share of cells in %, from which a surface counts as one that shows its picture."""


def at_end(run: Reading) -> float:
    """Agreement at the end, in %."""
    return run.at_end()


def by_training(run: Reading) -> float:
    """The same, with the threshold that is best for the training images."""
    return run.at_end_by_training()


def over_majority(run: Reading) -> float:
    """Agreement before training minus the share of the larger kind of cells, in points."""
    return run.at_start() - run.majority


def lost_by_norm(plain: Reading, norm: Reading) -> float:
    """How much more the networks without batch norm show, in points."""
    return plain.at_end() - norm.at_end()


def _note(run: Reading) -> str:
    return f"the larger kind of cells is {run.majority:.1f} % of them"


def _shown(suffix: str, variant: str, images: str) -> tuple[BoundedClaim, ...]:
    return (
        BoundedClaim(
            Claim(
                f"C7{suffix}",
                f"{images}: there is a plane on which the test loss shows the picture: cells on"
                " the right side of the best threshold, in %",
                SKOROKHODOV,
                "≥ 95 % in every seed",
            ),
            (variant,),
            at_end,
            low=PLAUSIBLE,
            note=_note,
        ),
        BoundedClaim(
            Claim(
                f"C7b{suffix}",
                f"{images}: the same with the threshold that is best for the training images",
                OURS,
                "≥ 95 % in every seed",
            ),
            (variant,),
            by_training,
            low=PLAUSIBLE,
            note=_note,
        ),
        BoundedClaim(
            Claim(
                f"C8{suffix}",
                f"{images}: before training the surface shows nothing: agreement minus the share"
                " of the larger kind of cells, in points",
                OURS,
                "≤ 5 points in every seed",
            ),
            (variant,),
            over_majority,
            high=5.0,
            note=_note,
        ),
    )


CLAIMS = (
    *_shown("", "digits", "Digits"),
    *_shown("F", "fashion", "Fashion-MNIST"),
    BoundedClaim(
        Claim(
            "C9",
            "A random picture is shown worse by networks with batch norm: agreement without minus"
            " agreement with it, in points",
            SKOROKHODOV,
            "> 0 points in every seed",
        ),
        ("random", "random-norm"),
        lost_by_norm,
        low=1e-9,
    ),
)
"""Every claim of the experiment."""

TRAINING: dict[str, Any] = {
    "data.label_noise": 0.0,
    "data.augmentation": "none",
    "model.name": "mlp",
    "model.widths": [64, 64, 64],
    "model.activation": "relu",
    "model.dropout": 0.0,
    "optimizer.name": "adam",
    "optimizer.lr": 3e-3,
    "schedule.name": "cosine",
    "averaging": None,
    "stop": None,
}
TEXT = {
    **TRAINING,
    "pattern.name": "text",
    "pattern.text": "SGD",
    "pattern.rows": 14,
    "pattern.columns": 32,
    "model.batch_norm": False,
}
RANDOM = {
    **TRAINING,
    "data.name": "digits",
    "pattern.name": "random",
    "pattern.rows": 20,
    "pattern.columns": 20,
    "pattern.share": 0.5,
    "shrink": 1,
}
NAMED_BY_CLAIMS: dict[str, dict[str, Any]] = {
    "digits": {**TEXT, "data.name": "digits", "shrink": 1},
    "fashion": {**TEXT, "data.name": "fashion_mnist", "shrink": 2},
    "random": {**RANDOM, "model.batch_norm": False},
    "random-norm": {**RANDOM, "model.batch_norm": True},
}
"""By variant, the values that its settings must have."""
AT_LEAST: dict[str, dict[str, Any]] = {
    "digits": {"trainer.max_steps": 1200, "data.test_examples": 359},
    "fashion": {"trainer.max_steps": 1400, "data.test_examples": 1000},
    "random": {"trainer.max_steps": 2000, "data.test_examples": 359},
    "random-norm": {"trainer.max_steps": 2000, "data.test_examples": 359},
}
"""By variant, the least size."""
