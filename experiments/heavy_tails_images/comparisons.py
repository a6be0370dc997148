"""The kinds of claims of heavy_tails_images, and how runs at tuned rates decide them.

All numbers are gaps: a training loss of SGD with momentum minus that of another method, in nats,
seed by seed, each method at its own best rate of a grid of half decades. `tuned_rates` says when
such a comparison decides nothing.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from experiments.heavy_tails_images.methods import METHODS, Method
from experiments.heavy_tails_images.outcomes import Outcomes
from experiments.heavy_tails_images.settings import FREQUENT, RARE
from research.evidence.claimed_settings import difference
from research.evidence.claims import Claim, Verdict, format_number
from research.evidence.tuned_rates import SEEDS, Choice, common_seeds, incomparable
from research.settings.reweighting import WEIGHTED_LOSS as MINIMISED
from research.settings.reweighting import Reweighting

BOTH = {
    "data.images_per_class": 5,
    "data.train_examples": None,
    "data.standardise": True,
    "model.name": "cnn",
    "model.hidden": None,
    "model.pool": "max",
    "model.activation": "relu",
    "model.batch_norm": False,
    "model.dropout": 0.0,
    "batch_size": None,
    "averaging": None,
}
ABOUT = {
    "digits": {
        **BOTH,
        "data.name": "digits",
        "data.bits": 5,
        "data.validation_examples": 0,
        "data.empty_code": False,
        "data.standardise_each_pixel": False,
        "model.channels": [8, 16],
        "model.kernel": 3,
    },
    "mnist": {
        **BOTH,
        "data.name": "mnist",
        "data.bits": 10,
        "data.validation_examples": 10_000,
        "data.empty_code": True,
        "data.standardise_each_pixel": True,
        "model.channels": [32, 100],
        "model.kernel": 5,
    },
}
"""The settings that the claims are about, by the images that they begin with."""
AT_LEAST = {"digits": {"trainer.max_steps": 150}, "mnist": {"trainer.max_steps": 300}}
"""The least budget that they are about."""

Losses = Mapping[str, Mapping[int, Mapping[str, float]]]
"""Final training losses by method, seed and metric."""


@dataclass(frozen=True)
class Comparison:
    """That a number made of final losses is large enough in every seed.

    Attributes:
        claim: what it says.
        methods: names of the methods that it compares, each at its best rate.
        number: from the losses of one seed, by method and metric.
        least: what it must reach.
    """

    claim: Claim
    methods: tuple[str, ...]
    number: Callable[[Mapping[str, Mapping[str, float]]], float]
    least: float

    def judge(self, outcomes: Outcomes) -> Verdict:
        """The verdict; the least number over seeds decides."""
        if reason := wrong_settings(outcomes, self.methods):
            return self.claim.not_measured(reason)
        choices = [outcomes.choice(method) for method in self.methods]
        reason = incomparable(choices, SEEDS)
        losses = final_losses(outcomes, choices)
        numbers = {
            seed: self.number({method: losses[method][seed] for method in self.methods})
            for seed in common_seeds(choices)
        }
        per_seed = {f"{self.methods[0]}/{seed}": number for seed, number in numbers.items()}
        if reason:
            return self.claim.not_measured(reason, per_seed)
        least = min(
            numbers.values(), key=lambda number: -math.inf if math.isnan(number) else number
        )
        note = ", ".join(
            f"{choice.variant}: {_in_words(losses[choice.method])}" for choice in choices
        )
        return self.claim.judge(least, least >= self.least, per_seed, note)


def wrong_settings(outcomes: Outcomes, methods: Sequence[str]) -> str | None:
    """In which setting a run is not what a claim is about, in words, or None."""
    for trial in outcomes.trials:
        if trial.method in methods:
            settings = outcomes.settings[trial.variant]
            name = "mnist" if settings["data"]["name"] == "mnist" else "digits"
            wanted = {**ABOUT[name], **METHODS[trial.method].settings}
            if found := difference(settings, wanted, AT_LEAST[name]):
                return f"{trial.variant} has {found}"
    return None


def final_losses(outcomes: Outcomes, choices: Sequence[Choice]) -> Losses:
    """What each method's runs at its best rate ended with."""
    metrics = (MINIMISED, FREQUENT, RARE)
    return {
        choice.method: {
            trial.seed: {metric: outcomes.final(trial, metric) for metric in metrics}
            for trial in choice.trials
        }
        for choice in choices
    }


def gap(losses: Mapping[str, Mapping[str, float]], metric: str, slow: str, fast: str) -> float:
    """How much greater a loss is with the slow method than with the fast one."""
    return losses[slow][metric] - losses[fast][metric]


def rare_beyond_frequent(losses: Mapping[str, Mapping[str, float]]) -> float:
    """The gap to Adam on rare classes, less twice that on frequent ones, whichever sign it has."""
    rare, frequent = (gap(losses, metric, "sgdm", "adam") for metric in (RARE, FREQUENT))
    return rare - 2 * abs(frequent)


def share_of_the_gap(losses: Mapping[str, Mapping[str, float]]) -> float:
    """How much of the gap to Adam on rare classes sign descent closes: 1 for all of it."""
    whole = gap(losses, RARE, "sgdm", "adam")
    return gap(losses, RARE, "sgdm", "signm") / whole if whole > 0 else math.nan


def closed_by(weighting: Reweighting) -> Callable[[Mapping[str, Mapping[str, float]]], float]:
    """How much of the gap in the loss that is minimised a weighting closes: 1 for all of it."""
    sgd, adam = (Method(optimizer, weighting).name for optimizer in ("sgdm", "adam"))

    def number(losses: Mapping[str, Mapping[str, float]]) -> float:
        plain = gap(losses, MINIMISED, "sgdm", "adam")
        return 1 - gap(losses, MINIMISED, sgd, adam) / plain if plain > 0 else math.nan

    return number


def _in_words(by_seed: Mapping[int, Mapping[str, float]]) -> str:
    """Means over the seeds."""
    mean = {
        metric: math.fsum(each[metric] for each in by_seed.values()) / max(len(by_seed), 1)
        for metric in (FREQUENT, RARE)
    }
    frequent, rare = (format_number(mean[metric]) for metric in (FREQUENT, RARE))
    return f"frequent {frequent}, rare {rare}"
