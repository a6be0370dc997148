"""The claims of double_descent_features, each decided by one number per curve."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from experiments.double_descent_features.configurations import FEATURE_VARIANTS, SAMPLE_VARIANTS
from experiments.double_descent_features.curves import CLOSE, Curve
from research.evidence.claims import Claim, Verdict
from research.records.status import FINISHED

OURS = "our measurements"
BELKIN = "the effect: Belkin et al. (2019), PNAS 116(32); the threshold: ours"

Measure = Callable[[Sequence[Curve]], dict[str, float]]
"""From the curves of a claim's variants to a number for each "variant/seed"."""


@dataclass(frozen=True)
class CurveClaim:
    """A claim with the numbers that decide it.

    Attributes:
        claim: what it says.
        variants: all of which must be there.
        measure: the numbers; the one nearest to a limit, or farthest beyond it, decides.
        least: the smallest number that it allows.
        most: the largest.
    """

    claim: Claim
    variants: Sequence[str]
    measure: Measure
    least: float = -math.inf
    most: float = math.inf

    def judge(self, curves: Sequence[Curve], wrong: Mapping[str, str]) -> Verdict:
        """The verdict.

        Args:
            curves: of all runs of the record.
            wrong: by variant why its settings are not those of the claim.
        """
        own = [curve for curve in curves if curve.store.variant in self.variants]
        for variant in self.variants:
            if all(curve.store.variant != variant for curve in own):
                return self.claim.not_measured(f"the record has no runs of {variant}")
            if variant in wrong:
                return self.claim.not_measured(wrong[variant])
        for curve in own:
            if (state := curve.store.status().state) not in FINISHED or not curve.is_whole:
                found = state if state not in FINISHED else "not whole"
                return self.claim.not_measured(f"{curve.name} is {found}")
        numbers = self.measure(own)
        if not numbers:
            return self.claim.not_measured(f"no seed of {' and '.join(self.variants)} in common")
        worst = min(numbers.values(), key=self._room)
        return self.claim.judge(worst, self._room(worst) >= 0, numbers)

    def _room(self, number: float) -> float:
        """How far the number is inside the limits, negative outside."""
        return min(number - self.least, self.most - number)


def of_each(number: Callable[[Curve], float]) -> Measure:
    """A measure that takes one curve at a time."""
    return lambda curves: {curve.name: number(curve) for curve in curves}


def raised_by_noise(curves: Sequence[Curve]) -> dict[str, float]:
    """Test error at ratio 2 with noise minus without, same features and seed, in points."""
    error = {curve.name: 100 * curve.at("test/error", 2.0) for curve in curves}
    pairs = {name: name.replace("-noise/", "/") for name in error if "-noise/" in name}
    return {name: error[name] - error[clean] for name, clean in pairs.items() if clean in error}


def won_by_many(curve: Curve) -> float:
    """The best test error with fewer features than images minus that at ratio 20, in points."""
    return 100 * (curve.below("test/error") - curve.at("test/error", 20.0))


def largest_train_loss(curve: Curve) -> float:
    """The largest squared training loss among ratios of 1 and more."""
    return float(curve.rows["train/loss"][curve.ratios > 1 - CLOSE].max())


def disagreements(curve: Curve) -> float:
    """Points that fit their labels with too few live features, or do not with enough."""
    is_fitted = curve.rows["train/loss"] < EXACT
    has_enough = curve.rows["live"] >= curve.rows["examples"]
    return float((is_fitted != has_enough).sum())


EXACT = 1e-10
PEAK = {"least": 0.9 - CLOSE, "most": 1.1 + CLOSE}
POSITIVE = 1e-9
"""The least number that counts as more than 0."""

CLAIMS = (
    CurveClaim(
        Claim(
            "D3",
            "The test error of random features peaks where there are as many features as training"
            " images, Fourier or ReLU, with or without label noise",
            BELKIN,
            "N/n at the largest error within 1 ± 0.1, every curve and seed",
        ),
        FEATURE_VARIANTS,
        of_each(lambda curve: curve.peak("test/error")),
        **PEAK,
    ),
    CurveClaim(
        Claim(
            "D3b",
            "So does the squared test loss",
            BELKIN,
            "N/n at the largest loss within 1 ± 0.1, every curve and seed",
        ),
        FEATURE_VARIANTS,
        of_each(lambda curve: curve.peak("test/loss")),
        **PEAK,
    ),
    CurveClaim(
        Claim(
            "D4",
            "With clean labels and 20 times as many features as images the test error is below the"
            " best with fewer features than images",
            BELKIN,
            "> 0 points, Fourier and ReLU, every seed",
        ),
        ("fourier", "relu"),
        of_each(won_by_many),
        least=POSITIVE,
    ),
    CurveClaim(
        Claim(
            "D4b",
            "With 15 % wrong labels too",
            BELKIN,
            "> 0 points, Fourier and ReLU, every seed",
        ),
        ("fourier-noise", "relu-noise"),
        of_each(won_by_many),
        least=POSITIVE,
    ),
    CurveClaim(
        Claim(
            "D5",
            "From as many features as images on, the training labels are fitted exactly",
            OURS,
            "largest squared training loss with N ≥ n < 1e-10, every curve and seed",
        ),
        FEATURE_VARIANTS,
        of_each(largest_train_loss),
        most=EXACT,
    ),
    CurveClaim(
        Claim(
            "D5b",
            "Counted are features that are not zero on all training images: labels are fitted"
            " exactly at those points, and only those, that have at least n of them",
            OURS,
            "0 points disagree, every curve and seed",
        ),
        FEATURE_VARIANTS,
        of_each(disagreements),
        most=0,
    ),
    CurveClaim(
        Claim(
            "D6",
            "The norm of the weights peaks there too",
            BELKIN,
            "N/n at the largest norm within 1 ± 0.1, every curve and seed",
        ),
        FEATURE_VARIANTS,
        of_each(lambda curve: curve.peak("norm")),
        **PEAK,
    ),
    CurveClaim(
        Claim(
            "D7",
            "15 % wrong labels raise the test error with twice as many features as images, where"
            " all of them are fitted",
            OURS,
            "≥ 10 points, Fourier and ReLU, every seed",
        ),
        FEATURE_VARIANTS,
        raised_by_noise,
        least=10,
    ),
    CurveClaim(
        Claim(
            "S1",
            "With a fixed number of features, the test error over the number of images peaks where"
            " there are as many images as features",
            "the effect: Nakkiran (2019), arXiv:1912.07242; the threshold: ours",
            "n/N at the largest error within 1 ± 0.1, with and without noise, every seed",
        ),
        SAMPLE_VARIANTS,
        of_each(lambda curve: curve.peak("test/error")),
        **PEAK,
    ),
    CurveClaim(
        Claim(
            "S2",
            "So more images hurt: the error with n = N is above that with n = N/4",
            OURS,
            "≥ 10 points, with and without noise, every seed",
        ),
        SAMPLE_VARIANTS,
        of_each(lambda curve: 100 * (curve.at("test/error", 1.0) - curve.at("test/error", 0.25))),
        least=10,
    ),
    CurveClaim(
        Claim(
            "S3",
            "With 15 % wrong labels even five times as many images hurt: the error with n = 1.25 N"
            " is above that with n = N/4",
            OURS,
            "> 0 points, every seed",
        ),
        ("samples-noise",),
        of_each(lambda curve: 100 * (curve.at("test/error", 1.25) - curve.at("test/error", 0.25))),
        least=POSITIVE,
    ),
)
