"""Paths through weight space: straight lines, Bezier curves and polygonal chains.

Every point of a path is a combination of its control points, with coefficients that depend on the
position t alone and sum to one. So a path is a few sets of weights and a rule, and a point is
computed from them, never from its neighbour (Garipov et al. 2018, arXiv:1802.10026, section 3).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from typing import Literal, get_args

import torch
from torch import Tensor

from research.landscape.weights import Weights

PathKind = Literal["bezier", "chain"]
KINDS = get_args(PathKind)


def coefficients(kind: PathKind, points: int, t: float) -> list[float]:
    """How much of each control point w_0 ... w_n is in phi(t) = sum_i c_i(t) w_i; they sum to one.

    bezier: c_i(t) = binomial(n, i) t^i (1 - t)^(n - i), Bernstein's polynomials.
    chain: c_i(t) = max(0, 1 - |n t - i|), straight pieces, each passed in the same part of [0, 1].

    At both ends they are exactly 0 and 1; with two points both kinds are the straight line.

    Args:
        kind: of the path.
        points: n + 1, how many control points there are, both ends among them.
        t: the position, from 0 to 1.

    Raises:
        ValueError: there is no such kind, there are fewer than two points, or t lies outside
            [0, 1].
    """
    if kind not in KINDS:
        raise ValueError(f"kind {kind!r} of a path, expected {' or '.join(KINDS)}")
    if points < 2:
        raise ValueError(f"a path of {points} control points, expected its two ends at least")
    if not 0 <= t <= 1:
        raise ValueError(f"position {t} of a path, expected a number from 0 to 1")
    degree = points - 1
    if kind == "chain":
        return [max(0.0, 1 - abs(degree * t - index)) for index in range(points)]
    return [comb(degree, index) * t**index * (1 - t) ** (degree - index) for index in range(points)]


def combination(points: Sequence[Weights], shares: Sequence[float]) -> dict[str, Tensor]:
    """The point sum_i share_i w_i; gradients flow to what asks for one.

    Points with a share of exactly zero are left out, and one with a share of exactly one is taken
    as it is: both ends of a path are the given weights to the bit.
    """
    used = [(point, share) for point, share in zip(points, shares, strict=True) if share]
    found = {}
    for name in points[0]:
        terms = [point[name] if share == 1 else share * point[name] for point, share in used]
        found[name] = sum(terms[1:], start=terms[0])
    return found


@dataclass(frozen=True)
class Path:
    """A path from the first of its control points to the last.

    Attributes:
        points: w_0 ... w_n, of the same names and shapes. Those between the ends are called bends.
            A chain passes through them, a Bezier curve is only drawn towards them.
        kind: how they make a path; of two points it makes no difference.
    """

    points: Sequence[Weights]
    kind: PathKind = "bezier"

    def coefficients(self, t: float) -> list[float]:
        """The share of each control point at a position; see `coefficients`."""
        return coefficients(self.kind, len(self.points), t)

    def at(self, t: float) -> dict[str, Tensor]:
        """The weights at a position from 0 to 1: new tensors, whatever is done to them."""
        point = combination(self.points, self.coefficients(t))
        return {name: tensor.detach().clone() for name, tensor in point.items()}

    def length(self, end: float = 1.0, pieces: int = 1000) -> float:
        """The Euclidean length from the start to a position, as that of so many straight pieces.

        Pieces end at the bends of a chain, whose length is exact but for rounding; a Bezier curve's
        is a little less than its own. Only products of control points are computed from weights:
        |phi(s) - phi(t)|^2 = d^T G d with d_i = c_i(s) - c_i(t) and G_ij = (w_i - w_0).(w_j - w_0).
        """
        degree = len(self.points) - 1
        bends = (index / degree for index in range(1, degree))
        steps = sorted(
            {end * step / pieces for step in range(pieces + 1)} | {t for t in bends if t < end}
        )
        shares = torch.tensor([self.coefficients(t) for t in steps], dtype=torch.float64)
        changes = shares.diff(dim=0)  # [pieces, n + 1]
        squares = torch.einsum("ki,ij,kj->k", changes, _products(self.points), changes)
        return float(squares.clamp(min=0).sqrt().sum())


def line(start: Weights, end: Weights) -> Path:
    """The straight line (1 - t) start + t end."""
    return Path((start, end))


def on_the_line(start: Weights, end: Weights, bends: int) -> list[dict[str, Tensor]]:
    """Bends at equal distances on the straight line: where the training of a curve begins."""
    straight = line(start, end)
    return [straight.at(index / (bends + 1)) for index in range(1, bends + 1)]


def _products(points: Sequence[Weights]) -> Tensor:
    """(w_i - w_0) . (w_j - w_0) in float64: [points, points]."""
    products = torch.zeros(len(points), len(points), dtype=torch.float64)
    for name, origin in points[0].items():
        rows = torch.stack([point[name].detach().flatten().double() for point in points])
        wide = rows - origin.detach().flatten().double()
        products += (wide @ wide.T).cpu()
    return products
