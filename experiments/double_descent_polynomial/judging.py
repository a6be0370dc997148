"""How a claim about curves is decided: one number per seed of a run, between two bounds."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from experiments.double_descent_polynomial.measured import Curve
from research.evidence.claims import Claim, Verdict
from research.records.status import FINISHED


class NotDecided(Exception):
    """The runs do not hold what a claim is about; the message says what is missing."""


@dataclass(frozen=True)
class CurveClaim:
    """A claim about one number.

    Attributes:
        claim: what it says.
        variants: whose runs of a seed decide it together.
        number: the number, from the curves of one seed in the order of `variants`.
        low: least value that it may have.
        high: largest value that it may have.
        note: what single draws say, from the same curves.
    """

    claim: Claim
    variants: tuple[str, ...]
    number: Callable[..., float]
    low: float = -math.inf
    high: float = math.inf
    note: Callable[..., str] | None = None

    def judge(self, curves: Sequence[Curve], wrong: Mapping[str, str]) -> Verdict:
        """The verdict; of several seeds, the one nearest to a bound or farthest beyond it decides.

        Args:
            curves: all runs of the record.
            wrong: by variant, why its settings are not those of the claims.
        """
        groups = [
            {each.store.seed: each for each in curves if each.store.variant == variant}
            for variant in self.variants
        ]
        for variant, group in zip(self.variants, groups, strict=True):
            if reason := _missing(variant, group, wrong):
                return self.claim.not_measured(reason)
        seeds = sorted(set.intersection(*(set(group) for group in groups)))
        if not seeds:
            return self.claim.not_measured(f"no seed of {' and '.join(self.variants)} in common")
        chosen = {seed: [group[seed] for group in groups] for seed in seeds}
        try:
            numbers = {seed: self.number(*each) for seed, each in chosen.items()}
        except NotDecided as reason:
            return self.claim.not_measured(str(reason))
        worst = min(seeds, key=lambda seed: self._margin(numbers[seed]))
        per_seed = {f"{self.variants[0]}/{seed}": number for seed, number in numbers.items()}
        holds = self._margin(numbers[worst]) >= 0
        note = self.note(*chosen[worst]) if self.note else ""
        return self.claim.judge(numbers[worst], holds, per_seed, note)

    def _margin(self, number: float) -> float:
        """Distance to the nearer bound, negative beyond it or if there is no number."""
        return -math.inf if math.isnan(number) else min(number - self.low, self.high - number)


def _missing(variant: str, group: Mapping[int, Curve], wrong: Mapping[str, str]) -> str | None:
    """Why the runs of a variant decide nothing, or None."""
    if not group:
        return f"the record has no runs of {variant}"
    for curve in group.values():
        if (state := curve.store.status().state) not in FINISHED:
            return f"{variant}/{curve.store.seed} is {state}"
    return wrong.get(variant)
