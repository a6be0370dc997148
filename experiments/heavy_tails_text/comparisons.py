"""How two methods are compared class by class, and what keeps a record from deciding it."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy
from numpy.typing import NDArray

from experiments.heavy_tails_text.methods import settings_of
from experiments.heavy_tails_text.readings import EARLY, Reading, chosen, trials_of
from research.evidence.claimed_settings import difference
from research.evidence.claims import Claim, Verdict, format_number
from research.evidence.tuned_rates import Choice, choose, common_seeds, incomparable

Values = NDArray[numpy.float64]
Number = Callable[[Reading, Reading], float]
"""From the run of the slower method and that of the faster one, of one seed, to what decides."""


@dataclass(frozen=True)
class Comparison:
    """That a number of two methods, each at its best rate, lies on one side of a bound.

    Attributes:
        claim: what it says.
        slow: the method that should do worse.
        fast: the method that it is compared with.
        number: of the two runs of a seed.
        low: least value that the number may have in any seed; None for no bound.
        high: largest value that it may have; None for no bound.
        words: what each number is, for the note.
        exactly: settings that the claim is about, by dotted key.
        at_least: settings that may be larger.
    """

    claim: Claim
    slow: str
    fast: str
    number: Number
    low: float | None = None
    high: float | None = None
    words: str = ""
    exactly: Mapping[str, Any] = field(default_factory=dict)
    at_least: Mapping[str, Any] = field(default_factory=dict)

    def judge(self, readings: Sequence[Reading]) -> Verdict:
        """The verdict; the seed nearest to the bound, or farthest beyond it, decides."""
        methods = (self.slow, self.fast)
        involved = [each for each in readings if each.trial.method in methods]
        choices = [choose(trials_of(involved), method) for method in methods]
        wrong = wrong_settings(involved, self.exactly, self.at_least)
        if reason := wrong or incomparable(choices):
            return self.claim.not_measured(reason)
        pairs = pairs_of(involved, *choices)
        if reason := self._unreadable(pairs, choices):
            return self.claim.not_measured(reason)
        slow, fast = choices
        numbers = {seed: self.number(*pair) for seed, pair in pairs.items()}
        per_seed = {f"{fast.variant}/{seed}": number for seed, number in numbers.items()}
        worst = min(numbers.values(), key=self._room)
        average = sum(numbers.values()) / len(numbers)
        mean = format_number(average if math.isfinite(average) else None)
        note = f"{slow.variant} against {fast.variant}; {self.words}; mean over seeds {mean}"
        return self.claim.judge(worst, self._room(worst) >= 0, per_seed, note)

    def _room(self, number: float) -> float:
        """Distance to the bound, negative beyond it and for no number at all."""
        rooms = [number - self.low] if self.low is not None else []
        rooms += [self.high - number] if self.high is not None else []
        return min(rooms) if numpy.isfinite(number) else -numpy.inf

    def _unreadable(
        self, pairs: Mapping[int, tuple[Reading, Reading]], choices: Sequence[Choice]
    ) -> str | None:
        """Why losses by group say nothing, or None."""
        if missing := [seed for seed in common_seeds(choices) if seed not in pairs]:
            runs = " or ".join(f"{choice.variant}/{missing[0]}" for choice in choices)
            return f"{runs} has no losses by class on the training text"
        for pair in pairs.values():
            for reading in pair:
                if reading.early is None:
                    return f"{reading.trial.run} was not evaluated in its first 1/{EARLY}"
        return None


def wrong_settings(
    readings: Sequence[Reading], exactly: Mapping[str, Any], at_least: Mapping[str, Any]
) -> str | None:
    """The first run that is not what a claim is about, and in what, or None.

    Args:
        readings: the runs.
        exactly: settings that must be these, besides those that make a method what it is.
        at_least: settings that may be larger.
    """
    for reading in readings:
        own = settings_of(reading.trial.method)
        if reason := difference(reading.settings, {**exactly, **own}, at_least):
            return f"{reading.trial.run} has {reason}"
    return None


def pairs_of(
    readings: Sequence[Reading], slow: Choice, fast: Choice
) -> dict[int, tuple[Reading, Reading]]:
    """The runs of two methods at their best rates, by the seeds that both have."""
    first, second = chosen(readings, slow), chosen(readings, fast)
    return {seed: (first[seed], second[seed]) for seed in sorted(first.keys() & second.keys())}


def gaps(slow: Reading, fast: Reading, early: bool = False) -> Values:
    """By how much the slow method's loss is above the other's, by group: [G].

    After the last step, or at the end of the early phase.
    """
    first, second = ((each.early if early else -1) for each in (slow, fast))
    assert slow.losses is not None and fast.losses is not None
    assert first is not None and second is not None
    found: Values = slow.losses.loss[first] - fast.losses.loss[second]
    return found


def mean_gap(slow: Reading, fast: Reading) -> float:
    """The gap of the mean loss over all tokens, after the last step."""
    assert slow.losses is not None and fast.losses is not None
    return float(slow.losses.overall[-1] - fast.losses.overall[-1])


def rare_beyond_twice_frequent(slow: Reading, fast: Reading) -> float:
    """The gap of the rarest group minus twice that of the most frequent one.

    Where the most frequent group has no gap, or one the other way, the rarest has to have one.
    """
    found = gaps(slow, fast)
    return float(found[-1] - 2 * max(found[0], 0.0))


def rare_early(slow: Reading, fast: Reading) -> float:
    """The gap of the rarest group at the end of the early phase, over that after the last step.

    NaN where there is none after the last step.
    """
    early, late = (float(gaps(slow, fast, early=early)[-1]) for early in (True, False))
    return early / late if late > 0 else math.nan
