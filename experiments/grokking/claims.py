"""The claims of grokking, each judged from the delays of a record.

Their numbers are those of the README of this folder. Where a paper states no number, the threshold
leaves a margin to what this project had measured before it wrote the claim down.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from experiments.grokking.delays import Delay
from research.evidence.claims import Claim, Verdict, format_number

BUDGET = 12_000
"""Steps by which a run that has not generalised counts as never, if a claim says no other."""

POWER = "Power et al. (2022), arXiv:2201.02177"
OURS = "our measurements"
OUR_NUMBERS = f"the effect: {POWER}; the numbers: our measurements"

Outcome = tuple[float | None, bool, str]
"""The deciding number (None: a run never reached it), whether the claim holds, and a note."""


@dataclass(frozen=True)
class GrokkingClaim:
    """A claim with what it needs and how it is decided.

    Attributes:
        claim: what it says.
        needs: least number of seeds by variant.
        per_seed: the number that is listed for each run; None if it never got there.
        decide: the outcome, from the delays of each variant in the order of `needs`.
        budget: steps that a run has to get there; later counts as never.
    """

    claim: Claim
    needs: Mapping[str, int]
    per_seed: Callable[[Delay], float | None]
    decide: Callable[..., Outcome]
    budget: int = BUDGET

    def judge(self, delays: Sequence[Delay], wrong: Mapping[str, str]) -> Verdict:
        """The verdict.

        Args:
            delays: of all runs of the record.
            wrong: by variant why its settings are not those of the claim.
        """
        groups = [[delay for delay in delays if delay.variant == name] for name in self.needs]
        per_seed = {delay.run: self.per_seed(delay) for group in groups for delay in group}
        for (variant, seeds), group in zip(self.needs.items(), groups, strict=True):
            reason = wrong.get(variant) if group else f"the record has no runs of {variant}"
            reason = reason or self._missing(variant, seeds, group)
            if reason:
                return self.claim.not_measured(reason, per_seed)
        in_time = [[delay.within(self.budget) for delay in group] for group in groups]
        measured, holds, note = self.decide(*in_time)
        return self.claim.judge(measured, holds, per_seed, note)

    def _missing(self, variant: str, seeds: int, group: Sequence[Delay]) -> str | None:
        """Why the runs of a variant don't decide the claim, or None."""
        for delay in group:
            if not delay.is_finished:
                return f"{delay.run} is {delay.state}"
        if len(group) < seeds:
            return f"{variant} has {len(group)} of the {seeds} seeds that the claim needs"
        for delay in group:
            if self._ended_early(delay):
                return (
                    f"{delay.run} ended after {delay.steps:,} steps without reaching 99 %;"
                    f" the claim gives it {self.budget:,}"
                )
        return None

    def _ended_early(self, delay: Delay) -> bool:
        """Whether the run was stopped, in good health, before it had all its chances."""
        stopped = delay.state == "done" and delay.steps < self.budget
        return stopped and self.per_seed(delay) is None


def never(delays: Sequence[Delay]) -> str:
    """A note that names the runs which did not generalise in time; empty if all did."""
    runs = [f"{delay.run} ({delay.state})" for delay in delays if delay.ratio is None]
    return f"99 % not reached in time by {', '.join(runs)}" if runs else ""


def ratio_at_least(least: float) -> Callable[[Sequence[Delay]], Outcome]:
    """t_validation / t_train is at least `least` in every seed; the smallest decides."""

    def decide(delays: Sequence[Delay]) -> Outcome:
        ratios = [delay.ratio for delay in delays if delay.ratio is not None]
        if len(ratios) < len(delays):
            return None, False, never(delays)
        return min(ratios), min(ratios) >= least, ""

    return decide


def guesses_when_memorised(delays: Sequence[Delay]) -> Outcome:
    """Validation accuracy at t_train is at most 10 %; the largest decides."""
    accuracies = [
        delay.validation_accuracy_at_train
        for delay in delays
        if delay.validation_accuracy_at_train is not None
    ]
    if len(accuracies) < len(delays):
        return None, False, "a run never reached 99 % training accuracy"
    return max(accuracies), max(accuracies) <= 0.10, ""


def short_delay(delays: Sequence[Delay]) -> Outcome:
    """800 <= t_validation <= 4000 and 2 <= ratio < 10; the ratio nearest to a bound decides."""
    ratios = [delay.ratio for delay in delays if delay.ratio is not None]
    steps = [delay.validation for delay in delays if delay.validation is not None]
    if len(ratios) < len(delays):
        return None, False, never(delays)
    worst = min(ratios, key=lambda ratio: min(ratio / 2, 10 / ratio))
    holds = 2 <= worst < 10 and all(800 <= step <= 4000 for step in steps)
    reached = ", ".join(format_number(step) for step in steps)
    return worst, holds, f"99 % validation accuracy at step {reached}"


def slower_by(factor: float) -> Callable[[Sequence[Delay], Sequence[Delay]], Outcome]:
    """The median t_validation of the first variant is at least `factor` times the second's."""

    def decide(slow: Sequence[Delay], fast: Sequence[Delay]) -> Outcome:
        if never([*slow, *fast]):
            return None, False, never([*slow, *fast])
        medians = [
            median(delay.validation for delay in group if delay.validation is not None)
            for group in (slow, fast)
        ]
        ratio = medians[0] / medians[1]
        note = f"medians {format_number(medians[0])} and {format_number(medians[1])} steps"
        return ratio, ratio >= factor, note

    return decide


def overshoots(*groups: Sequence[Delay]) -> Outcome:
    """Validation loss peaks 0.3 or more over ln p before t_validation; the lowest peak decides."""
    delays = [delay for group in groups for delay in group]
    peaks = [delay.overshoot for delay in delays if delay.overshoot is not None]
    if len(peaks) < len(delays):
        return None, False, never(delays)
    return min(peaks), min(peaks) >= 0.3, ""


def delay_ratio(delay: Delay) -> float | None:
    """t_validation / t_train."""
    return delay.ratio


def steps_to_generalise(delay: Delay) -> float | None:
    """t_validation."""
    return delay.validation


CLAIMS = (
    GrokkingClaim(
        Claim(
            "G1",
            "A small transformer (division mod 59, 1 layer, AdamW, weight decay 1) memorises first:"
            " validation accuracy reaches 99 % at least ten times later than training accuracy",
            OUR_NUMBERS,
            "ratio ≥ 10 in every seed, by step 12,000",
        ),
        {"small-wd1": 4},
        delay_ratio,
        ratio_at_least(10),
    ),
    GrokkingClaim(
        Claim(
            "G2",
            "When the small model has memorised (99 % training accuracy) it still guesses:"
            " validation accuracy is at most 10 %",
            OURS,
            "≤ 0.1 in every seed",
        ),
        {"small-wd1": 4},
        lambda delay: delay.validation_accuracy_at_train,
        guesses_when_memorised,
    ),
    GrokkingClaim(
        Claim(
            "G3",
            "The lecture's model (division mod 97, 2 layers) with the paper's default weight"
            " decay 1 generalises within 4,000 steps, and the delay is less than tenfold",
            OUR_NUMBERS,
            "800 to 4,000 steps, and 2 ≤ ratio < 10, in every seed",
        ),
        {"lecture-wd1": 2},
        delay_ratio,
        short_delay,
        budget=4000,
    ),
    GrokkingClaim(
        Claim(
            "G4",
            "More weight decay shortens the wait: from 1 to 3, the small model's median step of"
            " 99 % validation accuracy falls by at least 1.5 times",
            OURS,
            "≥ 1.5",
        ),
        {"small-wd1": 4, "small-wd3": 4},
        steps_to_generalise,
        slower_by(1.5),
    ),
    GrokkingClaim(
        Claim(
            "G5",
            "Less data lengthens the wait: with 30 % in place of 50 % of the equations, the"
            " lecture's model takes at least 1.5 times the steps",
            f"{POWER}, on data fractions; the factor is ours",
            "≥ 1.5",
        ),
        {"lecture-fraction0.3": 2, "lecture-wd1": 2},
        steps_to_generalise,
        slower_by(1.5),
    ),
    GrokkingClaim(
        Claim(
            "G6",
            "Before it falls, validation loss rises above that of guessing (ln p)",
            OURS,
            "max loss - ln p ≥ 0.3 in every run",
        ),
        {"small-wd1": 4, "lecture-wd1": 2, "lecture-wd0.3": 2},
        lambda delay: delay.overshoot,
        overshoots,
    ),
    GrokkingClaim(
        Claim(
            "G7",
            "Muon, with as much weight decay per step as AdamW (lr x weight decay = 0.001), needs"
            " at most half of AdamW's steps to generalise (lecture's model)",
            "the effect: Tveit et al. (2025), arXiv:2504.16041; the factor: our measurements",
            "median steps fall ≥ 2 times",
        ),
        {"lecture-wd1": 4, "lecture-muon": 4},
        steps_to_generalise,
        slower_by(2),
    ),
    GrokkingClaim(
        Claim(
            "G8",
            "With Adam and no weight decay (division mod 97, half of the equations) the delay is"
            " at least fiftyfold",
            f"{POWER}, figure 1",
            "ratio ≥ 50, by step 1,000,000",
        ),
        {"fig1-adam": 1},
        delay_ratio,
        ratio_at_least(50),
        budget=1_000_000,
    ),
    GrokkingClaim(
        Claim(
            "G9",
            "With weight decay 0.3 the lecture's model shows a real delay:"
            " validation accuracy reaches 99 % at least ten times later than training accuracy",
            OUR_NUMBERS,
            "ratio ≥ 10 in every seed, by step 12,000",
        ),
        {"lecture-wd0.3": 2},
        delay_ratio,
        ratio_at_least(10),
    ),
)
