"""The claims of schedules, each judged from the outcomes of a record.

The numbers are those of the README of this folder; thresholds were set on other seeds than those
that are judged.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from experiments.schedules.outcomes import Outcome
from research.evidence.claims import Claim, Verdict

Numbers = dict[str, float | None]
"""The number of each run, by "variant/seed"."""
Gap = Callable[[Outcome, Outcome], float | None]
"""The number of two runs of one seed."""

LAST = 2000
"""Steps of a run."""
COOLDOWN = 1600
"""The step at which the trapezoid's decay begins."""
LAST_FIVE = range(1600, LAST + 1, 100)
"""The steps of the last five evaluations."""
FRESH = 3
"""The first seed that S5 is judged on: it was written down after S3 had failed on those before."""
SEEDS = 3
"""How many seeds a claim about training needs."""

TWINS = Claim(
    id="S1",
    text="The closed forms are torch's schedulers, over the whole run",
    source="torch.optim.lr_scheduler",
    threshold="largest difference of a rate at most 1e-12",
)
USED = Claim(
    id="S2",
    text="What the optimizer really used at every logged step is the closed form",
    source="our measurements",
    threshold="largest relative difference at most 1e-12",
)
NOISE = Claim(
    id="S3",
    text="A constant rate ends at a noise floor that a cosine gets below",
    source="the effect: Robbins and Monro (1951); the number: our measurements",
    threshold="final training loss at least 0.02 lower in every seed",
)
AVERAGED = Claim(
    id="S5",
    text="The same as S3, measured so that one lucky evaluation does not decide: the mean of the"
    " last five, on seeds that nothing was chosen on",
    source="the effect: Robbins and Monro (1951); the number: our measurements",
    threshold="mean training loss of steps 1,600 to 2,000 at least 0.02 lower in every seed from 3",
)
FLIP = Claim(
    id="S4",
    text="Before the end a ranking says nothing: where its decay begins the trapezoid is behind the"
    " cosine, and at the end it is ahead",
    source="the effect: Wen et al. (2024), arXiv:2410.05192; the ranking: our measurements",
    threshold="behind at step 1,600 and ahead at step 2,000, in every seed; the smaller lead > 0",
)


@dataclass(frozen=True)
class Paired:
    """A claim about two variants, compared seed by seed.

    Attributes:
        claim: what it says.
        first: variant whose loss should be the lower one at the end.
        second: the other.
        number: what is listed for each run; None if it diverged.
        gap: the number of a pair of runs, positive if the claim is right about it.
        least: how large it must be; reached is enough, but for 0.
        first_seed: seeds before it are left out.
    """

    claim: Claim
    first: str
    second: str
    number: Callable[[Outcome], float | None]
    gap: Gap
    least: float
    first_seed: int = 0

    def judge(self, outcomes: Sequence[Outcome], wrong: Mapping[str, str]) -> Verdict:
        """The verdict: the smallest gap over the seeds that both variants have decides.

        Args:
            outcomes: of all runs of the record.
            wrong: by variant why its settings are not those of the claim.
        """
        first, second = self._pairs(outcomes)
        per_seed: Numbers = {each.run: self.number(each) for each in [*first, *second]}
        for name in (self.first, self.second):
            if not any(each.variant == name for each in outcomes):
                return self.claim.not_measured(f"the record has no runs of {name}", per_seed)
            if name in wrong:
                return self.claim.not_measured(wrong[name], per_seed)
        if reason := missing([*first, *second], len(first)):
            return self.claim.not_measured(reason, per_seed)
        gaps = [self.gap(*pair) for pair in zip(first, second, strict=True)]
        finite = [gap for gap in gaps if gap is not None]
        if len(finite) < len(gaps):
            return self.claim.judge(None, False, per_seed, "a run diverged")
        smallest = min(finite)
        holds = smallest >= self.least if self.least else smallest > 0
        return self.claim.judge(smallest, holds, per_seed)

    def _pairs(self, outcomes: Sequence[Outcome]) -> tuple[list[Outcome], list[Outcome]]:
        """The runs of both variants, by the seeds that both have."""
        first, second = (
            {each.seed: each for each in outcomes if each.variant == name}
            for name in (self.first, self.second)
        )
        seeds = sorted(s for s in first.keys() & second.keys() if s >= self.first_seed)
        return [first[seed] for seed in seeds], [second[seed] for seed in seeds]


def missing(runs: Sequence[Outcome], seeds: int) -> str | None:
    """Why runs don't decide a claim, or None."""
    for each in runs:
        if not each.is_finished:
            return f"{each.run} is {each.state}"
        if each.state == "done" and max(each.losses, default=0) < LAST:
            return f"{each.run} ended after {max(each.losses, default=0):,} steps, not {LAST:,}"
    if seeds < SEEDS:
        return f"both variants have {seeds} of the {SEEDS} seeds that the claim needs"
    return None


def final(run: Outcome) -> float | None:
    """Training loss at the end; None if the run diverged."""
    return run.final_loss


def averaged(run: Outcome) -> float | None:
    """Mean training loss of the last five evaluations; None if the run diverged, or has fewer."""
    if run.final_loss is None or not set(LAST_FIVE) <= run.losses.keys():
        return None
    return fmean(run.losses[step] for step in LAST_FIVE)


def lower_by(number: Callable[[Outcome], float | None]) -> Gap:
    """How much lower the first one's number is; None if one has none."""

    def gap(first: Outcome, second: Outcome) -> float | None:
        low, high = number(first), number(second)
        return None if low is None or high is None else high - low

    return gap


def flip(first: Outcome, second: Outcome) -> float | None:
    """The smaller of two leads: the second's where the decay begins, and the first's at the end."""
    end = lower_by(final)(first, second)
    if end is None:
        return None
    return min(end, first.losses[COOLDOWN] - second.losses[COOLDOWN])


PAIRED = (
    Paired(NOISE, "cosine", "constant", final, lower_by(final), least=0.02),
    Paired(FLIP, "trapezoid", "cosine", final, flip, least=0.0),
    Paired(AVERAGED, "cosine", "constant", averaged, lower_by(averaged), 0.02, first_seed=FRESH),
)


def judge_rates(claim: Claim, numbers: Numbers) -> Verdict:
    """A claim that the largest difference of all runs is at most 1e-12."""
    known = [number for number in numbers.values() if number is not None]
    if not known:
        return claim.not_measured("no run has come to its first step", numbers)
    return claim.judge(max(known), max(known) <= 1e-12, numbers)


def judge_all(outcomes: Sequence[Outcome], wrong: Mapping[str, str]) -> list[Verdict]:
    """Every claim, judged.

    Args:
        outcomes: of all runs of the record.
        wrong: by variant why its settings are not those of the claims.
    """
    return [
        judge_rates(TWINS, {o.run: o.from_torch for o in outcomes if o.from_torch is not None}),
        judge_rates(
            USED, {o.run: o.from_closed_form for o in outcomes if o.from_closed_form is not None}
        ),
        *(paired.judge(outcomes, wrong) for paired in PAIRED),
    ]
