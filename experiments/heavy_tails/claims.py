"""The claims of heavy tails: what each says, the runs that it needs, its number and its bounds."""

import math

from experiments.heavy_tails import numbers
from research.evidence.bounded_claim import BoundedClaim
from research.evidence.claims import Claim

KUNSTNER = "Kunstner et al. (2024), arXiv 2402.19449"
BACH = "Kunstner and Bach (2025), arXiv 2505.19227"
OURS = "our measurements"

ABOVE_ZERO = math.nextafter(0, 1)
BELOW_SMALL = math.nextafter(0.01, 0)


def _closed(name: str, text: str, variant: str) -> BoundedClaim:
    return BoundedClaim(
        Claim(
            name,
            f"{text} close more than half of the gap between GD with momentum and Adam:"
            " share of (L_GD+M - L_Adam)/L_0 that is gone",
            f"{KUNSTNER}, of classes; of contexts: {OURS}",
            "> 0.5",
        ),
        ("bigram", variant),
        numbers.closed,
        low=math.nextafter(0.5, 1),
    )


CLAIMS = (
    BoundedClaim(
        Claim(
            "C1a",
            "One-hot inputs, Zipf's frequencies: under GD the loss of a class goes like one over"
            " its frequency: slope of log loss over log frequency after 1,000 steps, the 100 most"
            " frequent classes",
            f"{KUNSTNER}, -1 in the limit",
            "-1.1 to -0.95",
        ),
        ("one-hot",),
        numbers.frequency_slope("gd"),
        -1.1,
        -0.95,
    ),
    BoundedClaim(
        Claim(
            "C1b",
            "Under sign descent all classes have the same loss, whatever their frequency: slope",
            KUNSTNER,
            "above -0.01 and below 0.01",
        ),
        ("one-hot",),
        numbers.frequency_slope("sign"),
        -BELOW_SMALL,
        BELOW_SMALL,
    ),
    BoundedClaim(
        Claim(
            "C1c",
            "Under Adam too, with its usual eps of 1e-8: slope",
            KUNSTNER,
            "above -0.01 and below 0.01",
        ),
        ("one-hot",),
        numbers.frequency_slope("adam"),
        -BELOW_SMALL,
        BELOW_SMALL,
    ),
    BoundedClaim(
        Claim(
            "C2a",
            "Linear bigram, 400 words, 300 steps, tuned: GD with momentum leaves the rarest tenth"
            " of the contexts behind: its excess loss in nats",
            f"{KUNSTNER}, of classes; of contexts: {OURS}",
            "≥ 0.05",
        ),
        ("bigram",),
        numbers.rarest("gdm"),
        low=0.05,
    ),
    BoundedClaim(
        Claim("C2b", "Tuned Adam does not: the same number", OURS, "≤ 0.01"),
        ("bigram",),
        numbers.rarest("adam"),
        high=0.01,
    ),
    BoundedClaim(
        Claim(
            "C2c",
            "Nor does tuned sign descent, with or without momentum: the larger of the two numbers",
            OURS,
            "≤ 0.01",
        ),
        ("bigram",),
        numbers.rarest("sign", "signm"),
        high=0.01,
    ),
    BoundedClaim(
        Claim(
            "C3a",
            "Updates of GD at 0.95 of 2/L to a tenth of the first excess loss grow at least like"
            " the vocabulary: exponent of V, V = 50 to 400",
            f"{BACH}; the exponent at this rate: {OURS}",
            "≥ 1",
        ),
        ("growth-fixed",),
        numbers.exponent_by_rule("gd"),
        low=1,
    ),
    BoundedClaim(
        Claim(
            "C3b",
            "Those of Adam hardly do, at the same rate for every V: exponent",
            OURS,
            "≤ 0.4",
        ),
        ("growth-fixed",),
        numbers.exponent_by_rule("adam"),
        high=0.4,
    ),
    BoundedClaim(
        Claim(
            "C3c",
            "Nor does tuning at every V close the gap: exponent of tuned GD minus that of tuned"
            " Adam",
            f"{BACH}: V against √V, up to logarithms; this number: {OURS}",
            "≥ 0.5",
        ),
        ("growth",),
        numbers.exponent_gap,
        low=0.5,
    ),
    BoundedClaim(
        Claim(
            "C5a",
            "The reversal: on a small separable problem (linear softmax, m = 7) GD with momentum"
            " needs *fewer* updates than Adam to a hundredth of the first loss, both tuned: updates"
            " of Adam over those of GD+M",
            OURS,
            "> 1",
        ),
        ("separable",),
        numbers.adam_updates_ratio,
        low=math.nextafter(1, 2),
    ),
    BoundedClaim(
        Claim(
            "C5b",
            "And it ends *below* Adam after 500 updates, both tuned: L_Adam - L_GD+M",
            OURS,
            "> 0",
        ),
        ("separable-final",),
        numbers.adam_behind,
        low=ABOVE_ZERO,
    ),
    BoundedClaim(
        Claim(
            "C5p",
            "At the paper's size (m = 11) and over its grids it is the other way round:"
            " L_GD+M - L_Adam after 1,000 steps",
            KUNSTNER,
            "> 0",
        ),
        ("paper-softmax",),
        numbers.adam_ahead,
        low=ABOVE_ZERO,
    ),
    _closed("C6a", "Weights 1/π of the context", "by-context"),
    _closed("C6b", "Weights 1/√π of the context", "by-context-root"),
    _closed("C6c", "Weights 1/π of the target", "by-target"),
    _closed("C6d", "Weights 1/√π of the target", "by-target-root"),
)
"""In the order in which they are listed."""
