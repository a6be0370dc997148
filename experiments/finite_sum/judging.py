"""How a claim of finite sums is decided: one number per seed, between two bounds."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from experiments.finite_sum.readings import NotDecided, Reading
from research.evidence.claims import Claim, Verdict
from research.records.status import FINISHED


@dataclass(frozen=True)
class FiniteSumClaim:
    """A claim about one number per seed.

    Attributes:
        claim: what it says.
        variants: whose runs of a seed decide it together.
        number: the number, from the readings of one seed in the order of `variants`; NaN if it is
            not defined, which fails.
        low: least value that the number may have.
        high: largest value that it may have.
    """

    claim: Claim
    variants: tuple[str, ...]
    number: Callable[..., float]
    low: float = -math.inf
    high: float = math.inf

    def judge(self, readings: Sequence[Reading], wrong: Mapping[str, str]) -> Verdict:
        """The verdict; the seed nearest to, or farthest beyond, a bound gives the number.

        Args:
            readings: of all runs of the record.
            wrong: by variant why its settings are not those of the claim.
        """
        groups = {
            variant: {each.store.seed: each for each in readings if each.store.variant == variant}
            for variant in self.variants
        }
        for variant, group in groups.items():
            if reason := _missing(variant, group, wrong):
                return self.claim.not_measured(reason)
        seeds = sorted(set.intersection(*(set(group) for group in groups.values())))
        if not seeds:
            return self.claim.not_measured(f"no seed of {' and '.join(self.variants)} in common")
        try:
            values = {
                seed: self.number(*(group[seed] for group in groups.values())) for seed in seeds
            }
        except NotDecided as reason:
            return self.claim.not_measured(str(reason))
        per_seed = {f"{self.variants[0]}/{seed}": value for seed, value in values.items()}
        worst = min(values.values(), key=self._margin)
        return self.claim.judge(worst, self.low <= worst <= self.high, per_seed)

    def _margin(self, value: float) -> float:
        """Distance to the nearer bound, negative beyond it."""
        return -math.inf if math.isnan(value) else min(value - self.low, self.high - value)


def _missing(variant: str, group: Mapping[int, Reading], wrong: Mapping[str, str]) -> str | None:
    """Why the runs of a variant decide nothing, or None."""
    if not group:
        return f"the record has no runs of {variant}"
    for reading in group.values():
        if (state := reading.store.status().state) not in FINISHED:
            return f"{reading.name} is {state}"
    return wrong.get(variant)
