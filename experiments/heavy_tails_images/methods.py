"""The methods of heavy_tails_images: which optimizer, and how classes are weighted.

Variants are named METHOD-lrRATE, as in every comparison at tuned rates; METHOD is an optimizer, or
an optimizer and a weighting: sgdm-inverse-lr0.1.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from research.evidence.tuned_rates import Trial
from research.settings.reweighting import Reweighting

OPTIMIZERS: dict[str, dict[str, Any]] = {
    "sgdm": {"optimizer.name": "heavy_ball", "optimizer.momentum": 0.9},
    "adam": {"optimizer.name": "adam", "optimizer.betas": [0.9, 0.999], "optimizer.eps": 1e-8},
    "signm": {"optimizer.name": "sign_sgd", "optimizer.momentum": 0.9},
}
"""What each optimizer is, by dotted key of the settings."""

WEIGHTINGS: dict[Reweighting, str] = {
    "none": "all labels alike",
    "inverse_sqrt": "labels weighted by 1/√p",
    "inverse": "labels weighted by 1/p",
}
"""What figures call a weighting; p is the share of a label's class."""


@dataclass(frozen=True)
class Method:
    """An optimizer and a weighting.

    Attributes:
        optimizer: one of `OPTIMIZERS`.
        weighting: one of `WEIGHTINGS`.
    """

    optimizer: str
    weighting: Reweighting = "none"

    @property
    def name(self) -> str:
        """Its name in variants."""
        plain = self.weighting == "none"
        return self.optimizer if plain else f"{self.optimizer}-{self.weighting}"

    @property
    def settings(self) -> dict[str, Any]:
        """What its runs must be, by dotted key."""
        plain = {"optimizer.weight_decay": 0.0, "reweighting": self.weighting}
        return {**OPTIMIZERS[self.optimizer], **plain}


METHODS = {
    method.name: method
    for method in (
        Method(optimizer, weighting) for weighting in WEIGHTINGS for optimizer in OPTIMIZERS
    )
}
"""All methods by name."""


def by_weighting(trials: Sequence[Trial]) -> dict[Reweighting, list[Trial]]:
    """The trials of each weighting that there are any of, by their optimizers' names."""
    found: dict[Reweighting, list[Trial]] = {}
    for weighting in WEIGHTINGS:
        of_it = [
            replace(trial, method=METHODS[trial.method].optimizer)
            for trial in trials
            if trial.method in METHODS and METHODS[trial.method].weighting == weighting
        ]
        if of_it:
            found[weighting] = of_it
    return found
