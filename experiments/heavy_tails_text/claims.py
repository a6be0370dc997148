"""The claims of heavy_tails_text: on two texts, in full batches, and at the source's size."""

from collections.abc import Mapping
from typing import Any

from experiments.heavy_tails_text.comparisons import (
    Comparison,
    mean_gap,
    rare_beyond_twice_frequent,
    rare_early,
)
from experiments.heavy_tails_text.readings import EARLY
from experiments.heavy_tails_text.reweighted import Reweighted
from research.evidence.claims import Claim
from research.settings.reweighting import Reweighting

KUNSTNER = "Kunstner et al. (2024), arXiv:2402.19449"
OURS = "our measurements"
DOCSTRINGS = "docstrings of NumPy and scikit-learn"

WEIGHTS: tuple[tuple[str, str, Reweighting], ...] = (
    ("C6a", "1/p", "inverse"),
    ("C6b", "1/sqrt(p)", "inverse_sqrt"),
)
"""Ids, words and settings of the two weightings; p is a token's share of the training text."""

NO_ADVANTAGE = 0.1
"""Share of the last lead in the rarest group that counts as none."""

ALL = {
    "data.vocabulary.name": "word",
    "data.lower_case": False,
    "data.train_tokens": None,
    "model.heads": 4,
    "averaging": None,
}
SMALL = {
    **ALL,
    "data.vocabulary.size": 4000,
    "data.context": 32,
    "model.layers": 1,
    "model.width": 64,
    "model.feed_forward_factor": 4,
    "model.norm": "pre",
    "model.dropout": 0.0,
    "batch_size": 32,
}
PYTHON = {**SMALL, "data.name": "python_docs", "data.sources": ["numpy", "sklearn"]}
WIKITEXT = {**SMALL, "data.name": "wikitext2", "data.train_part": "validation"}
FULL_BATCH = {
    **PYTHON,
    "data.train_tokens": 8193,
    "data.vocabulary.size": 1000,
    "batch_size": None,
}
PAPER = {
    **ALL,
    "data.context": 35,
    "model.layers": 2,
    "model.width": 1000,
    "model.feed_forward_factor": 1,
    "model.norm": "post",
    "model.dropout": 0.2,
    "batch_size": 512,
}
GROUPS = {"watch.per_class_loss.groups": 10}
"""Groups are tenths of the tokens."""
EVALUATED = {"evaluation.train_examples": 640}
"""Pieces of the training text that losses are of, at least."""


def comparisons(
    suffix: str, text: str, exactly: Mapping[str, Any], steps: int
) -> tuple[Comparison, ...]:
    """The claims about Adam and SGD on one text.

    Args:
        suffix: of their ids.
        text: what they are trained on, in words.
        exactly: the settings that the claims are about.
        steps: the least number of steps that they need.
    """
    pair: dict[str, Any] = {
        "slow": "sgdm",
        "fast": "adam",
        "exactly": {**exactly, **GROUPS},
        "at_least": {"trainer.max_steps": steps, **EVALUATED},
    }
    return (
        Comparison(
            Claim(
                f"C4a{suffix}",
                f"on {text}, Adam ends with a lower training loss than SGD with momentum, each at"
                " its best learning rate",
                KUNSTNER,
                "difference of the losses > 0 in every seed",
            ),
            number=mean_gap,
            low=0.0,
            words="numbers are SGD's loss minus Adam's",
            **pair,
        ),
        Comparison(
            Claim(
                f"C4b{suffix}",
                f"on {text}, the difference is at least twice as large for the rarest tenth of the"
                " tokens as for the most frequent one",
                KUNSTNER,
                "difference of the rarest minus twice that of the most frequent group >= 0 in"
                " every seed",
            ),
            number=rare_beyond_twice_frequent,
            low=0.0,
            words="numbers are the rarest group's difference minus twice the most frequent one's",
            **pair,
        ),
        Comparison(
            Claim(
                f"C4c{suffix}",
                f"on {text}, the rarest tenth shows no advantage of Adam after the first"
                f" 1/{EARLY} of the steps: at most a tenth of what it is at the end",
                OURS,
                f"early over last difference of the rarest group's losses <= {NO_ADVANTAGE:g} in"
                " every seed",
            ),
            number=rare_early,
            high=NO_ADVANTAGE,
            words="numbers are Adam's lead in the rarest group, early over last",
            **pair,
        ),
    )


LONG_ENOUGH = {"trainer.max_steps": 600, **EVALUATED}

SIGN = Comparison(
    Claim(
        "C4d",
        f"on {DOCSTRINGS}, sign descent with momentum ends with a lower training"
        " loss than SGD with momentum too, each at its best learning rate",
        KUNSTNER,
        "difference of the losses > 0 in every seed",
    ),
    slow="sgdm",
    fast="signm",
    number=mean_gap,
    low=0.0,
    words="numbers are SGD's loss minus that of sign descent",
    exactly=PYTHON,
    at_least=LONG_ENOUGH,
)

REWEIGHTED = tuple(
    Reweighted(
        Claim(
            name,
            f"on {DOCSTRINGS}, tokens weighted by {words} in training close more than"
            " half of the gap between SGD with momentum and Adam, in the loss that each minimises",
            KUNSTNER,
            "share of the gap that is closed >= 0.5 in every seed",
        ),
        weighting,
        least=0.5,
        exactly=PYTHON,
        at_least=LONG_ENOUGH,
    )
    for name, words, weighting in WEIGHTS
)

CLAIMS: tuple[Comparison | Reweighted, ...] = (
    *comparisons("", DOCSTRINGS, PYTHON, 600),
    SIGN,
    *REWEIGHTED,
    *comparisons("W", "WikiText-2 (its validation part)", WIKITEXT, 600),
    *comparisons("F", "a small text in full batches", FULL_BATCH, 200)[:2],
    *comparisons("P", "a text, with the source's network", PAPER, 1300),
)
"""Every claim of the experiment."""
