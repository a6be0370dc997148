"""What surfaces are called in a record, and what the figures call their points. No torch."""

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
