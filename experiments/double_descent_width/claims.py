"""The claims of double_descent_width: what each says, the runs that it needs, and its bounds."""

import math
from typing import Any

from experiments.double_descent_width import numbers
from research.evidence.bounded_claim import BoundedClaim
from research.evidence.claims import Claim

BELKIN = "Belkin, Hsu, Ma and Mandal (2019), arXiv:1812.11118, figure 3"
OURS = "our measurements"


CLAIMS = (
    BoundedClaim(
        Claim(
            "D8",
            "Weights reused up to nK parameters, right labels: after its first minimum the test"
            " loss is largest within 25 % of nK parameters, in every network: parameters over nK",
            BELKIN,
            "0.75 to 1.25",
        ),
        ("clean",),
        numbers.peak_share,
        *numbers.NEAR,
    ),
    BoundedClaim(
        Claim(
            "W1",
            "The same with 15 % of the labels wrong",
            OURS,
            "0.75 to 1.25",
        ),
        ("noise",),
        numbers.peak_share,
        *numbers.NEAR,
    ),
    BoundedClaim(
        Claim(
            "W2",
            "With wrong labels that peak is at least 1.5 times the best of the narrower networks,"
            " in every network",
            OURS,
            "≥ 1.5",
        ),
        ("noise",),
        numbers.peak_height,
        low=1.5,
    ),
    BoundedClaim(
        Claim(
            "W3",
            "The second descent wins on right labels: the widest network's test loss over the"
            " smallest below 0.75 nK, in every network",
            BELKIN,
            "< 1",
        ),
        ("clean",),
        numbers.second_descent,
        high=math.nextafter(1, 0),
    ),
    BoundedClaim(
        Claim(
            "W4",
            "And with wrong labels",
            OURS,
            "< 1",
        ),
        ("noise",),
        numbers.second_descent,
        high=math.nextafter(1, 0),
    ),
    BoundedClaim(
        Claim(
            "W5",
            "The peak is where the reuse of weights stops, not where parameters are nK: if it stops"
            " at 0.65 nK, the peak is within 25 % of that, in every network",
            OURS,
            "0.75 to 1.25 of 0.65 nK",
        ),
        ("early",),
        numbers.peak_over_reuse,
        *numbers.NEAR,
    ),
    BoundedClaim(
        Claim(
            "W6",
            "And within 25 % of 1.6 nK, if it stops there",
            OURS,
            "0.75 to 1.25 of 1.6 nK",
        ),
        ("late",),
        numbers.peak_over_reuse,
        *numbers.NEAR,
    ),
    BoundedClaim(
        Claim(
            "W7",
            "Without reuse the same training has no such peak: largest test loss near nK, over the"
            " median of those with reuse, in every network",
            OURS,
            "≤ 0.5",
        ),
        ("scratch", "noise"),
        numbers.height_without_reuse,
        high=0.5,
    ),
    BoundedClaim(
        Claim(
            "W8",
            "Without reuse, Adam on wrong labels gives a double descent too: the largest median"
            " test loss over the larger of the smallest ones on both sides",
            "Nakkiran et al. (2020), arXiv:1912.02292, for deep networks; the number: ours",
            "≥ 1.2",
        ),
        ("adam",),
        numbers.median_bump,
        low=1.2,
    ),
    BoundedClaim(
        Claim(
            "W9",
            "And its peak, of the median, lies within 25 % of nK parameters",
            "the threshold of D8, for the training of W8",
            "0.75 to 1.25",
        ),
        ("adam",),
        numbers.median_peak_share,
        *numbers.NEAR,
    ),
    BoundedClaim(
        Claim(
            "D8m",
            "D8 on 2,000 images of MNIST",
            BELKIN,
            "0.75 to 1.25",
        ),
        ("mnist",),
        numbers.peak_share,
        *numbers.NEAR,
    ),
    BoundedClaim(
        Claim(
            "D8p",
            "D8 on 4,000 images of MNIST, with the widths and the schedule of a public"
            " reproduction of the source",
            f"{BELKIN}; github.com/songweige/double-descent-pytorch",
            "0.75 to 1.25",
        ),
        ("belkin",),
        numbers.peak_share,
        *numbers.NEAR,
    ),
)

DIGITS: dict[str, Any] = {
    "data.name": "digits",
    "data.train_examples": 400,
    "data.label_noise": 0.15,
    "data.noisy_labels": "wrong",
    "data.standardise": False,
    "batch_size": 100,
    "initial_deviation": 0.1,
    "optimizer.name": "heavy_ball",
    "optimizer.lr": 0.2,
    "optimizer.momentum": 0.95,
    "schedule.name": "constant",
    "reuse_until": 1.0,
}
ADAM: dict[str, Any] = {
    **{key: value for key, value in DIGITS.items() if key != "optimizer.momentum"},
    "reuse_until": 0.0,
    "batch_size": None,
    "optimizer.name": "adam",
    "optimizer.lr": 3e-3,
    "schedule.name": "cosine",
}
MNIST: dict[str, Any] = {
    **DIGITS,
    "data.name": "mnist",
    "data.train_examples": 2000,
    "data.label_noise": 0.0,
    "optimizer.lr": 0.05,
}
NAMED_BY_CLAIMS: dict[str, dict[str, Any]] = {
    "clean": {**DIGITS, "data.label_noise": 0.0},
    "noise": DIGITS,
    "early": {**DIGITS, "reuse_until": 0.65},
    "late": {**DIGITS, "reuse_until": 1.6},
    "scratch": {**DIGITS, "reuse_until": 0.0},
    "adam": ADAM,
    "mnist": MNIST,
    "belkin": {
        **MNIST,
        "data.train_examples": 4000,
        "optimizer.lr": 0.01,
        "batch_size": 128,
        "schedule.name": "step",
        "schedule.every": 16_000,
        "schedule.gamma": 0.9,
        "schedule_beyond.name": "constant",
    },
}
DIGIT_RUNS = ("clean", "noise", "early", "late", "scratch")
AT_LEAST: dict[str, dict[str, int]] = {
    **{variant: {"epochs": 2000, "networks": 2} for variant in DIGIT_RUNS},
    "adam": {"epochs": 8000, "networks": 2},
    "mnist": {"epochs": 1000},
    "belkin": {"epochs": 6000},
}
"""By variant, settings that may be larger than its claims ask for."""
