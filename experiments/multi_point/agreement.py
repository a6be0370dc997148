"""How much of a picture a loss surface shows: the cells on the right side of a threshold."""

import numpy
from numpy.typing import NDArray

Floats = NDArray[numpy.float64]
Bools = NDArray[numpy.bool_]


def agreement(surface: Floats, picture: Bools, threshold: float) -> float:
    """The share of cells that are good where the loss is at most the threshold, and bad elsewhere.

    Args:
        surface: losses, [R, C].
        picture: which cells are good, [R, C].
        threshold: in nats.
    """
    return float(((surface <= threshold) == picture).mean())


def best_threshold(surface: Floats, picture: Bools) -> float:
    """The threshold of the largest agreement; in the middle of the widest gap where several are.

    A threshold that calls all cells bad, or all good, is one of those that are looked at: the
    largest agreement is never below the share of the larger kind. A loss that is not a finite
    number is above all thresholds.
    """
    is_finite = numpy.isfinite(surface)
    order = numpy.argsort(surface[is_finite], kind="stable")
    losses, is_good = surface[is_finite][order], picture[is_finite][order]
    if not len(losses):
        return 0.0
    # Where the first k cells are called good: the good ones of them, less the bad ones of them.
    gain = numpy.concatenate([[0], numpy.cumsum(numpy.where(is_good, 1, -1))])
    edges = numpy.concatenate([[losses[0] - 1e-9], losses, [losses[-1]]])
    gaps = numpy.diff(edges)
    is_edge = numpy.append(gaps[:-1] > 0, True)  # cells of the same loss are on one side
    best = is_edge & (gain == gain[is_edge].max())
    chosen = int(numpy.argmax(numpy.where(best, gaps, -1.0)))
    return float((edges[chosen] + edges[chosen + 1]) / 2)


def majority(picture: Bools) -> float:
    """The agreement of a surface that shows nothing: the share of the larger kind of cells."""
    good = int(picture.sum())
    return max(good, picture.size - good) / picture.size
