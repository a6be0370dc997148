"""How a claim about one number is decided: the number of every seed lies between two bounds."""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy
from numpy.typing import ArrayLike

from research.evidence.claims import Claim, Verdict
from research.records.run_store import RunStore
from research.records.status import FINISHED
from research.records.store import Record


class NotDecided(Exception):
    """The runs do not hold what a claim is about; the message says what is missing."""


class Reading(Protocol):
    """What an experiment read from one run."""

    @property
    def store(self) -> RunStore:
        """The run."""


@dataclass(frozen=True)
class BoundedClaim:
    """A claim about one number of every seed, or one of each of several copies that a run trains.

    Attributes:
        claim: what it says.
        variants: whose runs of a seed decide it together.
        number: the number, or one for each copy, from the readings of one seed in the order of
            `variants`; NaN where there is none, which fails. It may raise NotDecided.
        low: least value that it may have.
        high: largest value that it may have.
        note: what else is to be said, from the readings of the seed that decides.
    """

    claim: Claim
    variants: Sequence[str]
    number: Callable[..., ArrayLike]
    low: float = -math.inf
    high: float = math.inf
    note: Callable[..., str] | None = None

    def judge(self, readings: Sequence[Reading], wrong: Mapping[str, str]) -> Verdict:
        """The verdict; the number nearest to a bound, or farthest beyond one, decides.

        Copies are counted through the seeds: with five of them, the first of seed 1 is variant/5.

        Args:
            readings: of all runs of the record.
            wrong: by variant why its settings are not those of the claim.
        """
        groups = [
            {each.store.seed: each for each in readings if each.store.variant == variant}
            for variant in self.variants
        ]
        for variant, group in zip(self.variants, groups, strict=True):
            if reason := undecided(variant, group, wrong):
                return self.claim.not_measured(reason)
        seeds = sorted(set.intersection(*(set(group) for group in groups)))
        if not seeds:
            return self.claim.not_measured(f"no seed of {' and '.join(self.variants)} in common")
        chosen = {seed: [group[seed] for group in groups] for seed in seeds}
        try:
            found = {seed: numpy.atleast_1d(self.number(*each)) for seed, each in chosen.items()}
        except NotDecided as reason:
            return self.claim.not_measured(str(reason))
        numbers = {
            f"{self.variants[0]}/{seed * len(values) + copy}": float(value)
            for seed, values in found.items()
            for copy, value in enumerate(values)
        }
        worst = min(numbers.values(), key=self._room)
        deciding = min(seeds, key=lambda seed: min(self._room(value) for value in found[seed]))
        note = self.note(*chosen[deciding]) if self.note else ""
        return self.claim.judge(worst, self._room(worst) >= 0, numbers, note)

    def _room(self, number: float) -> float:
        """Distance to the nearer bound, negative beyond it."""
        return -math.inf if math.isnan(number) else min(number - self.low, self.high - number)


def undecided(variant: str, group: Mapping[int, Reading], wrong: Mapping[str, str]) -> str | None:
    """Why the runs of a variant decide nothing, or None.

    Args:
        variant: its name.
        group: its readings, by seed.
        wrong: by variant why its runs decide nothing, whatever they hold.
    """
    if not group:
        return wrong.get(variant) or f"the record has no runs of {variant}"
    for seed, reading in group.items():
        if (state := reading.store.status().state) not in FINISHED:
            return f"{variant}/{seed} is {state}"
    return wrong.get(variant)


def not_read(record: Record, readings: Iterable[Reading]) -> dict[str, str]:
    """By variant, a run of the plan that there is no reading of: it has not begun, or left nothing.

    A claim about every seed is not decided by the other ones.
    """
    known = {(each.store.variant, each.store.seed) for each in readings}
    return {
        store.variant: f"{store.variant}/{store.seed} is {store.status().state}"
        for store in record.runs()
        if (store.variant, store.seed) not in known
    }
