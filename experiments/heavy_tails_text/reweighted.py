"""How much of the gap between SGD and Adam goes away where rare tokens count more in training."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.heavy_tails_text.comparisons import wrong_settings
from experiments.heavy_tails_text.methods import weighted
from experiments.heavy_tails_text.readings import Reading, trials_of
from research.evidence.claims import Claim, Verdict, format_number
from research.evidence.tuned_rates import Choice, choose, common_seeds, incomparable
from research.settings.reweighting import Reweighting


@dataclass(frozen=True)
class Reweighted:
    """That a weighting closes a share of the gap, in the loss that each method minimises.

    A gap is the loss of SGD with momentum minus that of Adam, each at its best rate; weights have a
    mean of 1 over the training text, so that weighted and plain losses begin at the same ln(kinds
    of tokens). The share that is closed is 1 - gap with weights / gap without.

    Attributes:
        claim: what it says.
        weighting: how tokens are weighted.
        least: the share that must be closed in every seed.
        exactly: settings that the claim is about, by dotted key.
        at_least: settings that may be larger.
    """

    claim: Claim
    weighting: Reweighting
    least: float
    exactly: Mapping[str, Any]
    at_least: Mapping[str, Any]

    def judge(self, readings: Sequence[Reading]) -> Verdict:
        """The verdict; the seed with the least share decides."""
        methods = [
            weighted(optimizer, weighting)
            for weighting in ("none", self.weighting)
            for optimizer in ("sgdm", "adam")
        ]
        involved = [each for each in readings if each.trial.method in methods]
        choices = [choose(trials_of(involved), method) for method in methods]
        wrong = wrong_settings(involved, self.exactly, self.at_least)
        if reason := wrong or incomparable(choices):
            return self.claim.not_measured(reason)
        shares = {seed: _closed(choices, seed) for seed in common_seeds(choices)}
        per_seed = {f"{choices[2].variant}/{seed}": share for seed, share in shares.items()}
        least = min(shares.values(), key=lambda share: -math.inf if math.isnan(share) else share)
        losses = ", ".join(f"{each.variant} {format_number(each.loss)}" for each in choices)
        return self.claim.judge(least, least >= self.least, per_seed, f"mean losses: {losses}")


def _closed(choices: Sequence[Choice], seed: int) -> float:
    """The share of one seed; NaN if there is no gap to close."""
    sgd, adam, weighted_sgd, weighted_adam = (
        next(trial.loss for trial in choice.trials if trial.seed == seed) for choice in choices
    )
    return 1 - (weighted_sgd - weighted_adam) / (sgd - adam) if sgd > adam else math.nan
