"""How a claim about most seeds is decided: a ratio of two runs, below a bound in four of five."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from experiments.loss_landscape.readings import Reading
from research.evidence.bounded_claim import NotDecided, undecided
from research.evidence.claims import Claim, Verdict

SEEDS = 5
"""Least number of seeds."""
SHARE = 0.8
"""Of the seeds in which the ratio must be below the bound."""


@dataclass(frozen=True)
class MostSeeds:
    """A claim that a number of one variant is below that of another in most seeds.

    Attributes:
        claim: what it says.
        less: the variant with the smaller number.
        greater: the other one.
        ratio: the first number over the second, from the two runs of a seed; it may raise
            NotDecided.
        note: what else is to be said, from the two runs of the seed that decides.
    """

    claim: Claim
    less: str
    greater: str
    ratio: Callable[[Reading, Reading], float]
    note: Callable[[Reading, Reading], str] | None = None

    def judge(self, readings: Sequence[Reading], wrong: Mapping[str, str]) -> Verdict:
        """The verdict; of n ratios sorted from the smallest, number 0.8 n, rounded up, decides.

        Args:
            readings: of all runs of the record.
            wrong: by variant why its settings are not those of the claim.
        """
        runs = {
            variant: {each.store.seed: each for each in readings if each.store.variant == variant}
            for variant in (self.less, self.greater)
        }
        for variant, group in runs.items():
            if reason := undecided(variant, group, wrong):
                return self.claim.not_measured(reason)
        less, greater = runs[self.less], runs[self.greater]
        seeds = sorted(set(less) & set(greater))
        if len(seeds) < SEEDS:
            found = f"{len(seeds)} of the {SEEDS} seeds that the claim needs"
            return self.claim.not_measured(f"{self.less} and {self.greater} share {found}")
        try:
            ratios = {seed: self.ratio(less[seed], greater[seed]) for seed in seeds}
        except NotDecided as reason:
            return self.claim.not_measured(str(reason))
        ordered = sorted(seeds, key=lambda seed: _or_largest(ratios[seed]))
        deciding = ordered[math.ceil(SHARE * len(seeds)) - 1]
        per_seed = {f"{self.less}/{seed}": ratio for seed, ratio in ratios.items()}
        note = self.note(less[deciding], greater[deciding]) if self.note else ""
        return self.claim.judge(ratios[deciding], ratios[deciding] < 1, per_seed, note)


def _or_largest(ratio: float) -> float:
    """A ratio that is no number is not below any bound."""
    return math.inf if math.isnan(ratio) else ratio
