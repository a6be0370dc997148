"""What figures call each method, and its colour in all of them."""

from research.evidence.style import BLACK, PALETTE

NAMES = {
    "adam": "Adam",
    "adamw": "AdamW",
    "amsgrad": "AMSGrad",
    "sgdm": "SGD, momentum",
    "swats": "SWATS",
    "adam-then-sgd": "Adam, then SGD",
}
"""What figures call a method."""


def colour_of(method: str) -> str:
    """The same colour for a method in every figure."""
    known = list(NAMES)
    return PALETTE[known.index(method)] if method in known else BLACK


def name_of(method: str) -> str:
    """What figures call a method; one that they don't know by its variant's name."""
    return NAMES.get(method, method)


def tolerance_text(tolerance: float) -> str:
    """A tolerance as it is written in the settings: 1e-9."""
    digits, _, exponent = f"{tolerance:e}".partition("e")
    return f"{float(digits):g}e{int(exponent)}"
