"""The methods of heavy_tails_text: which optimizer, and how tokens are weighted in training.

Variants are named METHOD-lrRATE, as in every comparison at tuned rates; METHOD is an optimizer, or
an optimizer and a weighting: sgdm-inverse-lr0.1.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from research.evidence.tuned_rates import Trial
from research.settings.reweighting import Reweighting

OPTIMIZERS: dict[str, dict[str, Any]] = {
    "sgdm": {"optimizer.name": "heavy_ball", "optimizer.momentum": 0.9},
    "adam": {"optimizer.name": "adam", "optimizer.betas": [0.9, 0.999], "optimizer.eps": 1e-8},
    "signm": {"optimizer.name": "sign_sgd", "optimizer.momentum": 0.9},
    "sign": {"optimizer.name": "sign_sgd", "optimizer.momentum": 0.0},
}
"""What each optimizer is, by dotted key of the settings."""

WEIGHTINGS: dict[Reweighting, str] = {
    "none": "all tokens alike",
    "inverse_sqrt": "tokens weighted by 1/√p",
    "inverse": "tokens weighted by 1/p",
}
"""What figures call a weighting; p is the share of a kind of token in the training text."""


def weighted(optimizer: str, weighting: Reweighting) -> str:
    """The name of a method."""
    return optimizer if weighting == "none" else f"{optimizer}-{weighting}"


def is_plain(method: str) -> bool:
    """Whether it minimises the plain loss."""
    return "-" not in method


def settings_of(method: str) -> dict[str, Any]:
    """What the runs of a method must be, by dotted key; nothing is asked of an unknown one."""
    optimizer, _, weighting = method.partition("-")
    known = OPTIMIZERS.get(optimizer)
    return (
        {**known, "optimizer.weight_decay": 0.0, "reweighting": weighting or "none"}
        if known
        else {}
    )


def by_weighting(trials: Sequence[Trial]) -> dict[str, list[Trial]]:
    """The trials of each weighting that there are any of, under their optimizers' names."""
    found: dict[str, list[Trial]] = {}
    for weighting, words in WEIGHTINGS.items():
        names = {weighted(optimizer, weighting): optimizer for optimizer in OPTIMIZERS}
        of_it = [
            replace(each, method=names[each.method]) for each in trials if each.method in names
        ]
        if of_it:
            found[words] = of_it
    return found
