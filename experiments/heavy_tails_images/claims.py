"""The claims of heavy_tails_images. Their verdicts are whatever comes out."""

from experiments.heavy_tails_images.comparisons import (
    Comparison,
    closed_by,
    gap,
    rare_beyond_frequent,
    share_of_the_gap,
)
from research.evidence.claims import Claim
from research.settings.reweighting import WEIGHTED_LOSS as MINIMISED

KUNSTNER = "Kunstner et al. (2024), arXiv:2402.19449"

CLAIMS = (
    Comparison(
        Claim(
            "HI1",
            "Adam ends with less training loss than SGD with momentum, each at its best rate",
            KUNSTNER,
            "SGD's loss minus Adam's >= 0.1 nats in every seed",
        ),
        methods=("sgdm", "adam"),
        number=lambda losses: gap(losses, MINIMISED, "sgdm", "adam"),
        least=0.1,
    ),
    Comparison(
        Claim(
            "HI2",
            "SGD falls behind on the rare classes, those with barcodes, and not on the frequent"
            " ones: its gap to Adam there is more than twice that on the frequent classes",
            KUNSTNER,
            "gap on rare classes minus twice the size of that on frequent ones >= 0.1 nats in"
            " every seed",
        ),
        methods=("sgdm", "adam"),
        number=rare_beyond_frequent,
        least=0.1,
    ),
    Comparison(
        Claim(
            "HI3",
            "Sign descent with momentum does on rare classes what Adam does: it closes more than"
            " half of the gap between SGD and Adam",
            KUNSTNER,
            "share of the gap >= 0.5 in every seed",
        ),
        methods=("sgdm", "adam", "signm"),
        number=share_of_the_gap,
        least=0.5,
    ),
    Comparison(
        Claim(
            "C6i",
            "Labels weighted by 1/p close more than half of the gap between SGD and Adam, in the"
            " loss that each of them minimises",
            KUNSTNER,
            "share that is closed >= 0.5 in every seed",
        ),
        methods=("sgdm", "adam", "sgdm-inverse", "adam-inverse"),
        number=closed_by("inverse"),
        least=0.5,
    ),
    Comparison(
        Claim(
            "C6s",
            "Labels weighted by 1/sqrt(p) close more than half of the gap between SGD and Adam, in"
            " the loss that each of them minimises",
            KUNSTNER,
            "share that is closed >= 0.5 in every seed",
        ),
        methods=("sgdm", "adam", "sgdm-inverse_sqrt", "adam-inverse_sqrt"),
        number=closed_by("inverse_sqrt"),
        least=0.5,
    ),
)
"""Every claim of the experiment."""
