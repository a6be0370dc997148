"""How the claims of cnn_vs_transformer are decided: gaps of every seed, at tuned learning rates.

The rules of tuned rates hold for every grid that a claim looks at: half decades, the best rate
inside, three seeds, constant rates, chosen by the training loss after the last step.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.cnn_vs_transformer.gaps import ADAM, SGD, Network
from research.evidence.claimed_settings import ByKey, difference
from research.evidence.claims import Claim, Verdict, format_number
from research.evidence.tuned_rates import incomparable
from research.records.plan import Plan

OPTIMIZERS: Mapping[str, ByKey] = {
    SGD: {"optimizer.name": "heavy_ball", "optimizer.momentum": 0.9},
    ADAM: {"optimizer.name": "adam", "optimizer.betas": [0.9, 0.999], "optimizer.eps": 1e-8},
}
"""What both optimizers must be."""
BOTH: ByKey = {"optimizer.weight_decay": 0.0, "averaging": None}
CNN: ByKey = {"model.name": "cnn", "data.label_noise": 0.0, "data.augmentation": "none"}
TRANSFORMER: ByKey = {
    "model.name": "transformer",
    "data.name": "python_docs",
    "data.sources": ["numpy", "sklearn"],
    "data.vocabulary.name": "word",
}
"""The settings that the claims are about."""
CNN_AT_LEAST: ByKey = {
    "trainer.max_steps": 600,
    "data.train_examples": 1000,
    "evaluation.train_examples": 1000,
}
TRANSFORMER_AT_LEAST: ByKey = {
    "trainer.max_steps": 600,
    "data.vocabulary.size": 4000,
    "data.train_tokens": 500_000,
    "evaluation.train_examples": 640,
}
"""The least size that they are about."""


@dataclass(frozen=True)
class Found:
    """Both gaps of a record, or why there are none.

    Attributes:
        gaps: by network, its relative gap of every seed.
        per_seed: the same by run of SGD, as verdicts tell them.
        reason: why they decide nothing, or None.
    """

    gaps: Mapping[str, Mapping[int, float]]
    per_seed: Mapping[str, float | None]
    reason: str | None


@dataclass(frozen=True)
class GapOfText:
    """That the relative gap of the transformer is at least so large in every seed.

    Attributes:
        claim: what it says.
        least: the least gap.
    """

    claim: Claim
    least: float

    def judge(self, plan: Plan, networks: Sequence[Network]) -> Verdict:
        """The verdict; the smallest gap decides."""
        text = transformer(networks)
        found = find(plan, {"transformer": text})
        if text is None or found.reason:
            return self.claim.not_measured(found.reason or "", found.per_seed)
        measured = min(found.gaps["transformer"].values())
        return self.claim.judge(measured, measured >= self.least, found.per_seed, words(text))


@dataclass(frozen=True)
class SmallerGap:
    """That the relative gap of the CNN is small against that of the transformer, seed by seed.

    Attributes:
        claim: what it says.
        images: the images that it is about.
        most: the greatest ratio of the two.
    """

    claim: Claim
    images: str
    most: float

    def judge(self, plan: Plan, networks: Sequence[Network]) -> Verdict:
        """The verdict; the greatest ratio over seeds decides."""
        cnn = next((each for each in networks if each.is_cnn and self._is_about(each)), None)
        if cnn is None:
            return self.claim.not_measured(f"the record has no CNN on {self.images}")
        text = transformer(networks)
        found = find(plan, {"cnn": cnn, "transformer": text})
        if text is None or found.reason:
            return self.claim.not_measured(found.reason or "", found.per_seed)
        of_cnn, of_text = found.gaps["cnn"], found.gaps["transformer"]
        seeds = of_cnn.keys() & of_text.keys()
        if len(seeds) < len(of_cnn):
            reason = f"{cnn.name} and {text.name} share {len(seeds)} seeds"
            return self.claim.not_measured(reason, found.per_seed)
        worst = max(ratio(of_cnn[seed], of_text[seed]) for seed in seeds)
        note = f"{words(cnn)}; {words(text)}"
        return self.claim.judge(worst, worst <= self.most, found.per_seed, note)

    def _is_about(self, network: Network) -> bool:
        return bool(network.settings["data"]["name"] == self.images)


def transformer(networks: Sequence[Network]) -> Network | None:
    """The transformer on the text that the claims are about, else another one, else None."""
    found = [each for each in networks if not each.is_cnn]
    return next((each for each in found if not _unlike(each)), found[0] if found else None)


def find(plan: Plan, networks: Mapping[str, Network | None]) -> Found:
    """The gaps of the networks, and the first reason why they decide nothing."""
    reason: str | None = None
    gaps: dict[str, Mapping[int, float]] = {}
    per_seed: dict[str, float | None] = {}
    for name, network in networks.items():
        if network is None:
            reason = reason or f"the record has no {name}"
            continue
        gaps[name] = network.gaps()
        per_seed |= {
            f"{network.choice(SGD).variant}/{seed}": gap for seed, gap in gaps[name].items()
        }
        reason = reason or undecided(plan, network)
        if not reason and not all(map(math.isfinite, gaps[name].values())):
            known = math.isfinite(network.entropy)
            reason = f"{network.choice(ADAM).variant} learned no more than frequencies"
            reason = reason if known else f"{network.name} has no entropy of its labels"
    return Found(gaps, per_seed, reason)


def undecided(plan: Plan, network: Network) -> str | None:
    """Why the gap of a network decides nothing, or None."""
    for optimizer in (SGD, ADAM):
        choice = network.choice(optimizer)
        for variant in dict.fromkeys(trial.variant for trial in choice.tried):
            settings = plan.variants[variant].settings
            if found := _wrong(settings, network.is_cnn, optimizer):
                return f"{variant} has {found}"
    return incomparable([network.choice(optimizer) for optimizer in (SGD, ADAM)])


def ratio(of_cnn: float, of_text: float) -> float:
    """|gap of the CNN| over the gap of the transformer; infinite where that has none."""
    return abs(of_cnn) / of_text if of_text > 0 else math.inf


def words(network: Network) -> str:
    """The best rates of a network and the mean losses there."""
    parts = [
        f"{choice.variant} {format_number(choice.loss)}"
        for choice in (network.choice(SGD), network.choice(ADAM))
    ]
    return f"mean training loss of {' and '.join(parts)}"


def _wrong(settings: Mapping[str, Any], is_cnn: bool, optimizer: str) -> str | None:
    about, least = (CNN, CNN_AT_LEAST) if is_cnn else (TRANSFORMER, TRANSFORMER_AT_LEAST)
    return difference(settings, {**about, **BOTH, **OPTIMIZERS[optimizer]}, least)


def _unlike(network: Network) -> str | None:
    return difference(network.settings, TRANSFORMER)
