"""The claims of loss_landscape. Their verdicts are whatever comes out.

Their thresholds were written down before any of the seeds that are judged was run; sizes and
lengths were tried out on seeds from 100 on.
"""

from collections.abc import Mapping, Sequence

from experiments.loss_landscape import numbers
from experiments.loss_landscape.judging import MostSeeds
from experiments.loss_landscape.readings import Reading
from research.evidence.bounded_claim import BoundedClaim
from research.evidence.claims import Claim, Verdict

LECTURE = "the lecture's figures"
OURS = "our first measurements, on MNIST"
BOTH = ("plain", "dropout")
IN_MOST = "< 1 in 4 of 5 seeds"

CLAIMS: tuple[MostSeeds | BoundedClaim, ...] = (
    MostSeeds(
        Claim(
            "C1",
            "With dropout 0.2 the training loss is less curved around the trained weights: mean"
            " curvature over 8 random directions, over that without dropout",
            OURS,
            IN_MOST,
        ),
        less="dropout",
        greater="plain",
        ratio=numbers.curvature_ratio("train"),
    ),
    MostSeeds(
        Claim("C1-test", "The same of the test loss", OURS, IN_MOST),
        less="dropout",
        greater="plain",
        ratio=numbers.curvature_ratio("test"),
    ),
    MostSeeds(
        Claim(
            "C1-matched",
            "The same of the training loss where both have the same training loss, not at the end",
            OURS,
            IN_MOST,
        ),
        less="dropout",
        greater="plain",
        ratio=numbers.matched_ratio,
        note=numbers.matched_note,
    ),
    MostSeeds(
        Claim("C1-mnist", "C1 on MNIST, where it was first measured", OURS, IN_MOST),
        less="mnist-dropout",
        greater="mnist",
        ratio=numbers.curvature_ratio("train"),
    ),
    MostSeeds(
        Claim(
            "C1-mnist-matched", "C1-matched on MNIST, where it was first measured", OURS, IN_MOST
        ),
        less="mnist-dropout",
        greater="mnist",
        ratio=numbers.matched_ratio,
        note=numbers.matched_note,
    ),
    BoundedClaim(
        Claim(
            "C2-flat",
            "Before training the loss is nearly flat along a random line: its range, in % of that"
            " after training",
            LECTURE,
            "≤ 10 in every seed",
        ),
        BOTH,
        numbers.flatness,
        high=10.0,
    ),
    BoundedClaim(
        Claim(
            "C2-convex",
            "After training it is convex along every random line: positive second differences of"
            " the training loss, in %",
            LECTURE,
            "100 in every seed",
        ),
        BOTH,
        numbers.convex_share,
        low=100.0,
    ),
    BoundedClaim(
        Claim(
            "C2-minimum",
            "The smallest training loss along every line is within one grid step of the trained"
            " weights: steps of 0.02",
            LECTURE,
            "≤ 1 in every seed",
        ),
        BOTH,
        numbers.farthest_minimum,
        high=1.0,
    ),
    BoundedClaim(
        Claim(
            "C2-mean",
            "The smallest mean over the lines is within one grid step of the trained weights",
            LECTURE,
            "≤ 1 in every seed",
        ),
        BOTH,
        numbers.minimum_of_mean,
        high=1.0,
    ),
    BoundedClaim(
        Claim(
            "C3",
            "Two random directions are nearly orthogonal: |cosine| of the noise, times the root of"
            " the number of weights, over all pairs",
            "a normal distribution of deviation 1",
            "< 5 in every seed",
        ),
        BOTH,
        numbers.largest_cosine,
        high=5.0,
    ),
)
"""Every claim of the experiment."""


def judge_all(readings: Sequence[Reading], wrong: Mapping[str, str]) -> list[Verdict]:
    """Every claim, judged.

    Args:
        readings: of all runs of the record.
        wrong: by variant why its settings are not those of the claims.
    """
    return [claim.judge(readings, wrong) for claim in CLAIMS]
