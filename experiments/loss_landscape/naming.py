"""What surfaces are called in a record, and what the figures call what they show. No torch."""

from collections.abc import Sequence

from research.settings.landscape import DirectionSettings
from research.surface import Surface

START, MATCHED, TRAINED = "start", "matched", "trained"
"""Names of the points: first weights, those of a given training loss, last weights."""

MOMENTS = {START: "before training", TRAINED: "after training"}
SPLITS = {"train": "training images", "validation": "validation images", "test": "test images"}


def line_name(point: str, split: str, index: int) -> str:
    """What a record calls a line."""
    return f"{point}-{split}-line{index}"


def plane_name(point: str, split: str) -> str:
    """What a record calls a plane."""
    return f"{point}-{split}-plane"


def is_line(surface: Surface) -> bool:
    """Whether a surface is one of the lines."""
    return len(surface.axes) == 1


def at_one(directions: DirectionSettings) -> str:
    """What has become of the weights at a coordinate of 1, for a caption."""
    parts = {"filter": "filter", "layer": "layer", "tensor": "tensor"}
    if (part := parts.get(directions.normalisation)) is None:
        moved = "the weights would have moved by the noise as it was drawn"
    else:
        moved = f"every {part} would have moved by a vector as long as itself"
    return moved if directions.vectors == "normalised" else f"{moved}, and biases not at all"


def how_computed(surfaces: Sequence[Surface]) -> str:
    """Whether dropout was on, and whether it is a preview, for a caption."""
    seeds = {surface.about.get("dropout_seed") for surface in surfaces}
    dropout = "without dropout" if seeds <= {None} else "with dropout, its masks drawn once"
    if any(surface.is_preview for surface in surfaces):
        return f"{dropout}, a preview in bfloat16"
    return dropout
