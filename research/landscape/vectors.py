"""Directions of weight space as vectors: scalar products, angles, differences; sums in float64."""

import math

import torch
from torch import Tensor

from research.landscape.weights import Weights

Direction = Weights
"""What is added to the weights, by name."""


def orthogonalised(second: Direction, first: Direction) -> dict[str, Tensor]:
    """What the second direction has not in common with the first, as long as it was.

    Normalised parts are then no longer of exactly the weights' lengths: for Gaussian directions of
    P numbers they are off by a share of about P^(-1/2).

    Raises:
        ValueError: the two are parallel.
    """
    length = norm(second)
    squared = dot(first, first)
    share = dot(second, first) / squared if squared else 0.0
    rest = {name: values.double() - share * first[name] for name, values in second.items()}
    left = norm(rest)
    if not left > 1e-6 * length:
        raise ValueError("the second direction is parallel to the first, nothing is left of it")
    return {
        name: torch.empty_like(values).copy_(rest[name] * (length / left))
        for name, values in second.items()
    }


def difference(a: Weights, b: Weights) -> dict[str, Tensor]:
    """The direction a - b, from b to a: at coordinate 1 of it, b has become a but for rounding.

    Whole numbers, such as batch norm's count of batches, are left out.
    """
    return {n: values - b[n] for n, values in a.items() if values.is_floating_point()}


def cosine(a: Direction, b: Direction) -> float:
    """Cosine of the angle between two directions; NaN where one of them is zero."""
    lengths = norm(a) * norm(b)
    return dot(a, b) / lengths if lengths else math.nan


def dot(a: Direction, b: Direction) -> float:
    """The scalar product sum_i a_i b_i, summed in float64."""
    products = [(values.double() * b[name].double()).sum() for name, values in a.items()]
    return float(torch.stack(products).sum())


def norm(direction: Direction) -> float:
    """Euclidean length, summed in float64."""
    return math.sqrt(dot(direction, direction))
