"""The claims of double descent in trained networks. Their verdicts are whatever comes out.

Curves are smoothed by a running median before they are judged, so that one evaluation decides
nothing; the thresholds were written down on pilots with other seeds than those that are judged.
"""

import math
from collections.abc import Mapping, Sequence

import numpy

from experiments.double_descent_deep.bump import WINDOW, Bump, highest_bump, smoothed
from experiments.double_descent_deep.configurations import WIDTHS
from experiments.double_descent_deep.judging import DeepClaim
from experiments.double_descent_deep.outcomes import Curve, Outcome, final
from research.evidence.claims import Claim, Verdict

NAKKIRAN = "Nakkiran et al. (2019), arXiv:1912.02292"
OURS = "our measurements"
KNOWN = 10.0
"""Training error, in %, below which a network counts as one that knows its training set.

The epsilon = 0.1 of the source's definition 1.
"""


def bump_of(curve: Curve) -> Bump | None:
    """The highest bump of a smoothed curve, or None."""
    return highest_bump(smoothed(curve, WINDOW))


def bump_height(runs: Sequence[Outcome]) -> float:
    """Height of the highest bump of the test error, in points."""
    bump = bump_of(runs[0].test_error)
    return math.nan if bump is None else bump.height


def from_threshold(runs: Sequence[Outcome]) -> float:
    """Epoch of the peak over the first epoch at which the training error is below 10 %."""
    run, bump = runs[0], bump_of(runs[0].test_error)
    known = numpy.flatnonzero(smoothed(run.train_error, WINDOW) < KNOWN)
    if bump is None or not len(known):
        return math.nan
    return float(run.epochs[bump.peak] / run.epochs[known[0]])


def truth_at_valley(runs: Sequence[Outcome]) -> float:
    """Before the bump, where the test error is least: noisy images answered right, in %."""
    run, bump = runs[0], bump_of(runs[0].test_error)
    truth = smoothed(run.shares["truth_on_noisy"], WINDOW)
    return math.nan if bump is None else float(truth[bump.valley])


def second_over_first(runs: Sequence[Outcome]) -> float:
    """Least test error after the peak minus least test error before it, in points."""
    bump = bump_of(runs[0].test_error)
    return math.nan if bump is None else bump.rise - bump.fall


def lag(runs: Sequence[Outcome]) -> float:
    """How much higher the bump is with the running statistics of training, in points."""
    run = runs[0]
    lagging, fresh = bump_of(run.lagging_error), bump_of(run.test_error)
    return math.nan if lagging is None or fresh is None else lagging.height - fresh.height


def rise_by_noise(runs: Sequence[Outcome]) -> float:
    """How much farther the first run rises to its peak than the second, in points."""
    first, second = (bump_of(run.test_error) for run in runs)
    return math.nan if first is None or second is None else first.rise - second.rise


def bump_over_widths(runs: Sequence[Outcome]) -> float:
    """Height of the highest bump of the test error at the end over the widths, in points."""
    bump = highest_bump([final(run, run.test_error) for run in runs])
    return math.nan if bump is None else bump.height


def widths_from_threshold(runs: Sequence[Outcome]) -> float:
    """Width of the peak over the least width that ends with a training error below 10 %."""
    bump = highest_bump([final(run, run.test_error) for run in runs])
    known = [run.width for run in runs if final(run, run.train_error) < KNOWN]
    return math.nan if bump is None or not known else runs[bump.peak].width / min(known)


CLAIMS = (
    DeepClaim(
        Claim(
            "N1",
            "With 20 % wrong labels the test error rises to a peak and falls again as a network"
            " trains",
            NAKKIRAN + ", section 6",
            "rise and fall of the smoothed curve >= 1 point in every seed",
        ),
        ("noise",),
        bump_height,
        low=1.0,
    ),
    DeepClaim(
        Claim(
            "N2",
            "Without wrong labels there is no such bump",
            NAKKIRAN + ", section 6 (a plateau at most)",
            "rise or fall of the smoothed curve < 1 point in every seed",
        ),
        ("clean",),
        bump_height,
        high=math.nextafter(1.0, 0.0),
    ),
    DeepClaim(
        Claim(
            "N3",
            "The peak is where the network begins to know its training set: the training error"
            " falls below 10 %",
            NAKKIRAN + ", hypothesis 1",
            "epoch of the peak over that epoch between 1/2 and 2 in every seed",
        ),
        ("noise",),
        from_threshold,
        low=0.5,
        high=2.0,
    ),
    DeepClaim(
        Claim(
            "N4",
            "At the bottom of the first descent the network has seen through most wrong labels: it"
            " answers those training images right",
            OURS,
            ">= 60 % of them in every seed",
        ),
        ("noise",),
        truth_at_valley,
        low=60.0,
    ),
    DeepClaim(
        Claim(
            "N5",
            "The second descent does not get below the first: to stop early is as good",
            OURS,
            "least test error after the peak minus least before it >= 0 points in every seed",
        ),
        ("noise",),
        second_over_first,
        low=0.0,
    ),
    DeepClaim(
        Claim(
            "N6",
            "A part of the bump that one usually sees is batch norm's: with the running statistics"
            " of training it is higher than with fresh ones",
            OURS,
            "difference of the two heights >= 1 point in every seed",
        ),
        ("noise",),
        lag,
        low=1.0,
    ),
    DeepClaim(
        Claim(
            "N7",
            "With more wrong labels the test error rises farther to its peak: 40 % against 20 %",
            NAKKIRAN + ", section 6",
            "difference of the two rises >= 3 points in every seed that both have",
        ),
        ("noise40", "noise"),
        rise_by_noise,
        low=3.0,
    ),
    DeepClaim(
        Claim(
            "N8",
            "With 20 % wrong labels the test error rises to a peak and falls again as the network"
            " grows wider",
            NAKKIRAN + ", section 5",
            "rise and fall >= 1 point in every seed",
        ),
        WIDTHS,
        bump_over_widths,
        low=1.0,
    ),
    DeepClaim(
        Claim(
            "N9",
            "The peak over the widths is where networks begin to know their training set: to end"
            " with a training error below 10 %",
            NAKKIRAN + ", hypothesis 1",
            "width of the peak over that width between 1/2 and 2 in every seed",
        ),
        WIDTHS,
        widths_from_threshold,
        low=0.5,
        high=2.0,
    ),
)
"""Every claim of the experiment."""


def judge_all(outcomes: Sequence[Outcome], wrong: Mapping[str, str]) -> list[Verdict]:
    """Every claim, judged.

    Args:
        outcomes: of all runs of the record.
        wrong: by variant why its settings are not those of the claims.
    """
    return [claim.judge(outcomes, wrong) for claim in CLAIMS]
