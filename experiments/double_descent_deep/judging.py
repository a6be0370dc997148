"""How a claim about curves is decided: one number per seed, between two bounds."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from experiments.double_descent_deep.outcomes import Outcome
from research.evidence.claims import Claim, Verdict

SEEDS = 2
"""Least number of seeds of a claim."""


@dataclass(frozen=True)
class DeepClaim:
    """A claim about one number per seed.

    Attributes:
        claim: what it says.
        variants: whose runs of a seed decide it together.
        number: the number, from the runs of one seed in the order of `variants`; NaN if the curves
            have none, which fails.
        low: least value that the number may have.
        high: largest value that it may have.
    """

    claim: Claim
    variants: tuple[str, ...]
    number: Callable[[Sequence[Outcome]], float]
    low: float = -math.inf
    high: float = math.inf

    def judge(self, outcomes: Sequence[Outcome], wrong: Mapping[str, str]) -> Verdict:
        """The verdict; the seed nearest to, or farthest beyond, a bound gives the number.

        Args:
            outcomes: of all runs of the record.
            wrong: by variant why its settings are not those of the claim.
        """
        runs = {
            variant: {each.seed: each for each in outcomes if each.variant == variant}
            for variant in self.variants
        }
        for variant, group in runs.items():
            if reason := _missing(variant, group, wrong):
                return self.claim.not_measured(reason)
        seeds = sorted(set.intersection(*(set(group) for group in runs.values())))
        if len(seeds) < SEEDS:
            found = f"{len(seeds)} of the {SEEDS} seeds that the claim needs"
            return self.claim.not_measured(f"{_listed(self.variants)} {found}")
        values = {seed: self._number([group[seed] for group in runs.values()]) for seed in seeds}
        per_seed = {f"{self.variants[0]}/{seed}": value for seed, value in values.items()}
        worst = min(values.values(), key=self._margin)
        if math.isnan(worst):
            return self.claim.judge(None, False, per_seed, "a run diverged, or has no such number")
        return self.claim.judge(worst, self.low <= worst <= self.high, per_seed)

    def _number(self, runs: Sequence[Outcome]) -> float:
        return self.number(runs) if all(each.is_whole for each in runs) else math.nan

    def _margin(self, value: float) -> float:
        """Distance to the nearer bound, negative beyond it."""
        return -math.inf if math.isnan(value) else min(value - self.low, self.high - value)


def _missing(variant: str, group: Mapping[int, Outcome], wrong: Mapping[str, str]) -> str | None:
    """Why the runs of a variant decide nothing, or None."""
    if not group:
        return f"the record has no runs of {variant}"
    for each in group.values():
        if not each.is_finished:
            return f"{each.run} is {each.state}"
        if each.state == "done" and not each.is_whole:
            return f"{each.run} ended after {each.last_step:,} steps, before its last"
    return wrong.get(variant)


def _listed(variants: Sequence[str]) -> str:
    """The first and the last of many names, and the verb that follows."""
    return f"{variants[0]} has" if len(variants) == 1 else f"{variants[0]} to {variants[-1]} share"
