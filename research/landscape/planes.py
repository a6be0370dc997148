"""Planes through given points of weight space, and where other points lie in them.

Coordinates have clear units: along `plane_through` one is the distance of its first two points,
along principal directions one is a length of one. A point's coordinates are found by least squares,
and how far it lies off the plane is said too.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from research.landscape.vectors import Direction, difference, dot, norm
from research.landscape.weights import Weights


class Projection(NamedTuple):
    """Where a point lies, seen from a plane.

    Attributes:
        coordinates: of the nearest point of the plane, one per direction.
        distance: from there to the point.
    """

    coordinates: tuple[float, ...]
    distance: float


@dataclass(frozen=True)
class Plane:
    """A plane, and the points it was laid through.

    Attributes:
        origin: the point with coordinates (0, 0).
        directions: the two directions, orthogonal and of one length but for rounding.
        coordinates: of each of the given points.
    """

    origin: Weights
    directions: tuple[Direction, Direction]
    coordinates: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Principal:
    """Principal directions of a trajectory.

    Attributes:
        directions: of length one, the one with the largest variance first.
        shares: of the trajectory's variance that lies along each.
    """

    directions: tuple[Direction, ...]
    shares: tuple[float, ...]


def plane_through(first: Weights, second: Weights, third: Weights) -> Plane:
    """The plane through three points, such as three minima.

    The origin is the first point and the first direction u = second - first. The second direction
    is what third - first has beside u, scaled to the length of u, so the picture is true to scale.
    The points have coordinates (0, 0), (1, 0) and (a, b), b > 0.

    Raises:
        ValueError: the points lie on one line.
    """
    u, v = difference(second, first), difference(third, first)
    if not (length := norm(u)):
        raise ValueError("the first two points are the same, expected three that span a plane")
    share = dot(v, u) / length**2
    rest = {name: values.double() - share * u[name].double() for name, values in v.items()}
    left = norm(rest)
    if not left > 1e-6 * max(length, norm(v)):
        raise ValueError("the three points lie on one line, expected three that span a plane")
    w = {n: torch.empty_like(v[n]).copy_(rest[n] * (length / left)) for n in rest}
    points = [project(point, first, (u, w)).coordinates for point in (first, second, third)]
    return Plane(first, (u, w), tuple(points))


def project(weights: Weights, origin: Weights, directions: Sequence[Direction]) -> Projection:
    """The coordinates c that minimise |weights - origin - sum_i c_i direction_i|, in float64.

    Least squares with the Gram matrix, so directions need neither be orthogonal nor of length one;
    a second pass over what is left makes coordinates of points in the plane exact to rounding.

    Raises:
        ValueError: the directions depend on each other.
    """
    rest = {
        name: weights[name].double() - start.double()
        for name, start in origin.items()
        if start.is_floating_point()
    }
    gram = torch.tensor([[dot(a, b) for b in directions] for a in directions], dtype=torch.float64)
    scale = gram.diagonal().sqrt()
    normed = gram / scale.outer(scale)
    if not torch.linalg.eigvalsh(torch.nan_to_num(normed))[0] > 1e-10:
        raise ValueError("the directions depend on each other, coordinates would not be unique")
    found = torch.zeros(len(directions), dtype=torch.float64)
    for _ in range(2):
        products = torch.tensor([dot(rest, each) for each in directions], dtype=torch.float64)
        step = torch.linalg.solve(gram, products)
        found += step
        for share, direction in zip(step.tolist(), directions, strict=True):
            for name, values in direction.items():
                rest[name].sub_(values.double(), alpha=share)
    return Projection(tuple(found.tolist()), norm(rest))


def principal_directions(trajectory: Sequence[Weights], count: int) -> Principal:
    """The directions along which a trajectory varies most: PCA of its points, mean taken out.

    From the eigenvectors of the matrix of the points' scalar products, [T, T], which is small where
    the weights are many. Signs are such that the last point lies on the positive side of the first.

    Args:
        trajectory: T points, of the same names.
        count: of directions.

    Raises:
        ValueError: the trajectory has no variance in so many directions.
    """
    names = [name for name, values in trajectory[0].items() if values.is_floating_point()]
    centred = {name: _centred([point[name] for point in trajectory]) for name in names}
    gram = sum(values @ values.T for values in centred.values())
    assert isinstance(gram, Tensor)
    eigenvalues, vectors = torch.linalg.eigh(gram)
    top = eigenvalues.flip(0)[:count].clamp(min=0)
    total = float(eigenvalues.sum())
    if len(top) < count or not float(top[-1]) > 1e-12 * total:
        found = int((eigenvalues > 1e-12 * max(total, 1e-300)).sum())
        raise ValueError(f"{count} principal directions of a trajectory that has {found}")
    chosen = vectors.flip(1)[:, :count]
    chosen = chosen * torch.where(chosen[-1] < chosen[0], -1, 1) / top.sqrt()
    directions = tuple(
        {
            name: torch.empty_like(trajectory[0][name]).copy_((mix @ values).view(shape))
            for name, values in centred.items()
            for shape in [trajectory[0][name].shape]
        }
        for mix in chosen.T
    )
    return Principal(directions, tuple((top / total).tolist()))


def _centred(points: Sequence[Tensor]) -> Tensor:
    """One tensor of all points minus their mean, in float64: [T, numbers]."""
    stacked = torch.stack([point.detach().reshape(-1).double() for point in points])
    return stacked - stacked.mean(dim=0)
