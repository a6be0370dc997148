"""The claims of double_descent_width: what each says, the runs that it needs, and its bounds."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.double_descent_width import numbers
from experiments.double_descent_width.readings import Floats, NotDecided, Reading
from research.evidence.claims import Claim, Verdict
from research.records.status import FINISHED

BELKIN = "Belkin, Hsu, Ma and Mandal (2019), arXiv:1812.11118, figure 3"
OURS = "our measurements"


@dataclass(frozen=True)
class WidthClaim:
    """A claim about one number of every network, or of the median over them.

    Attributes:
        claim: what it says.
        variants: whose runs of a seed decide it together.
        number: from the readings of one seed, in the order of `variants`: [m], or [1].
        low: least value that a number may have.
        high: largest value that it may have.
    """

    claim: Claim
    variants: tuple[str, ...]
    number: Callable[..., Floats]
    low: float = -math.inf
    high: float = math.inf

    def judge(self, readings: Sequence[Reading], wrong: Mapping[str, str]) -> Verdict:
        """The verdict; the number nearest to, or farthest beyond, a bound decides.

        Numbers go by network, counted through the seeds: with five networks a seed, the first of
        seed 1 is variant/5.

        Args:
            readings: of all runs of the record.
            wrong: by variant why its settings are not those of the claim.
        """
        groups = [
            {each.store.seed: each for each in readings if each.store.variant == variant}
            for variant in self.variants
        ]
        for variant, group in zip(self.variants, groups, strict=True):
            if reason := _missing(variant, group, wrong):
                return self.claim.not_measured(reason)
        seeds = sorted(set.intersection(*(set(group) for group in groups)))
        if not seeds:
            return self.claim.not_measured(f"no seed of {' and '.join(self.variants)} in common")
        try:
            found = {seed: self.number(*(group[seed] for group in groups)) for seed in seeds}
        except NotDecided as reason:
            return self.claim.not_measured(str(reason))
        per_network = {
            f"{self.variants[0]}/{seed * len(values) + network}": float(value)
            for seed, values in found.items()
            for network, value in enumerate(values)
        }
        worst = min(per_network.values(), key=self._margin)
        return self.claim.judge(worst, self._margin(worst) >= 0, per_network)

    def _margin(self, value: float) -> float:
        """Distance to the nearer bound, negative beyond it."""
        return min(value - self.low, self.high - value)


def _missing(variant: str, group: Mapping[int, Reading], wrong: Mapping[str, str]) -> str | None:
    """Why the runs of a variant decide nothing, or None."""
    if not group:
        return f"the record has no runs of {variant} with a result"
    for reading in group.values():
        if (state := reading.store.status().state) not in FINISHED:
            return f"{reading.name} is {state}"
    return wrong.get(variant)


CLAIMS = (
    WidthClaim(
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
    WidthClaim(
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
    WidthClaim(
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
    WidthClaim(
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
    WidthClaim(
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
    WidthClaim(
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
    WidthClaim(
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
    WidthClaim(
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
    WidthClaim(
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
    WidthClaim(
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
    WidthClaim(
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
    WidthClaim(
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
