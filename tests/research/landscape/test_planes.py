"""Coordinates of points in a plane are exact, and what lies off it says how far."""

import math

import numpy
import pytest
import torch
from sklearn.decomposition import PCA

from research.landscape.directions import random_direction
from research.landscape.planes import plane_through, principal_directions, project
from research.landscape.vectors import cosine, norm
from research.landscape.weights import flatten, moved, weights_of
from tests.research.landscape.networks import build


@pytest.fixture
def weights():
    return weights_of(build("cnn")[0])


def direction(weights, seed):
    return random_direction(weights, seed, normalisation="none", vectors="normalised")


def near(weights, seed, size=0.1):
    return moved(weights, [direction(weights, seed)], [size])


@pytest.mark.parametrize("coordinates", [(0.0, 0.0), (0.5, 0.0), (-0.3, 2.0), (1.0, 1e-3)])
def test_a_point_of_the_plane_has_its_exact_coordinates(weights, coordinates):
    """Directions of any lengths, not orthogonal: coordinates are in the surface's own units."""
    double = {name: values.double() for name, values in weights.items()}
    first = {name: 96.7 * values for name, values in direction(double, 1).items()}
    second = {n: 0.01 * values + 1e-4 * first[n] for n, values in direction(double, 2).items()}
    point = moved(double, [first, second], coordinates)
    found = project(point, double, [first, second])
    assert found.coordinates == pytest.approx(coordinates, abs=1e-11)
    assert found.distance < 1e-10


def test_directions_that_are_nearly_parallel_lose_no_digits(weights):
    double = {name: values.double() for name, values in weights.items()}
    first, noise = direction(double, 1), direction(double, 2)
    second = {name: values + 1e-4 * noise[name] for name, values in first.items()}
    point = moved(double, [first, second], (0.3, -0.7))
    assert project(point, double, [first, second]).coordinates == pytest.approx(
        (0.3, -0.7), abs=2e-11
    )


def test_in_single_precision_too(weights):
    directions = [direction(weights, 1), direction(weights, 2)]
    point = moved(weights, directions, (0.5, -0.25))
    coordinates, distance = project(point, weights, directions)
    assert coordinates == pytest.approx((0.5, -0.25), abs=1e-7)
    assert distance < 1e-5


def test_what_lies_off_the_plane_is_as_far_as_least_squares_says(weights):
    directions = [direction(weights, 1), direction(weights, 2)]
    point = near(weights, 3)
    found = project(point, weights, directions)
    matrix = numpy.stack([flatten(each).double().numpy() for each in directions], axis=1)
    offset = (flatten(point).double() - flatten(weights).double()).numpy()
    twin, residual, _, _ = numpy.linalg.lstsq(matrix, offset)
    assert found.coordinates == pytest.approx(twin.tolist(), abs=1e-12)
    assert found.distance == pytest.approx(math.sqrt(residual[0]), rel=1e-10)


def test_a_state_dict_may_have_more_names(weights):
    found = project({**weights, "steps": torch.tensor(3)}, weights, [direction(weights, 1)])
    assert found == ((0.0,), 0.0)


def test_directions_that_depend_on_each_other_are_refused(weights):
    first = direction(weights, 1)
    for second in (first, {name: torch.zeros_like(values) for name, values in first.items()}):
        with pytest.raises(ValueError, match="depend on each other"):
            project(weights, weights, [first, second])


def test_a_plane_through_three_points(weights):
    second, third = near(weights, 1), near(weights, 2, 0.03)
    plane = plane_through(weights, second, third)
    assert plane.origin is weights
    assert plane.coordinates[0] == (0.0, 0.0)
    assert plane.coordinates[1] == pytest.approx((1, 0), abs=1e-6)
    a, b = plane.coordinates[2]
    assert b > 0
    u, v = plane.directions
    assert abs(cosine(u, v)) < 1e-6 and norm(u) == pytest.approx(norm(v), rel=1e-6)
    for point, coordinates in zip((weights, second, third), plane.coordinates, strict=True):
        there = moved(plane.origin, plane.directions, coordinates)
        for name, values in point.items():
            assert torch.allclose(there[name], values, atol=1e-6)
    unit = norm(u)
    distance = (flatten(third).double() - flatten(weights).double()).norm()
    assert math.hypot(a, b) * unit == pytest.approx(float(distance), rel=1e-5)


def test_three_points_of_one_line_span_no_plane(weights):
    step = direction(weights, 1)
    points = [moved(weights, [step], [t]) for t in (0, 1, 3)]
    with pytest.raises(ValueError, match="one line"):
        plane_through(*points)
    with pytest.raises(ValueError, match="are the same"):
        plane_through(points[0], points[0], points[1])


def trajectory(weights, points=7):
    noise = [direction(weights, seed) for seed in range(4)]
    return [
        moved(weights, noise, (0.5 * t, math.sin(t), 0.1 * math.cos(3 * t), 0.01 * t**2))
        for t in range(points)
    ]


def test_principal_directions_are_those_of_another_library(weights):
    points = trajectory(weights)
    found = principal_directions(points, 2)
    stacked = numpy.stack([flatten(point).double().numpy() for point in points])
    twin = PCA(2).fit(stacked)
    assert found.shares == pytest.approx(twin.explained_variance_ratio_.tolist(), rel=1e-6)
    for mine, theirs in zip(found.directions, twin.components_, strict=True):
        assert abs(float(flatten(mine).double() @ torch.from_numpy(theirs))) == pytest.approx(1)
        assert norm(mine) == pytest.approx(1, abs=1e-6)
    assert abs(cosine(*found.directions)) < 1e-6


def test_the_end_of_a_trajectory_lies_on_the_positive_side(weights):
    for points in (trajectory(weights), trajectory(weights)[::-1]):
        for each in principal_directions(points, 3).directions:
            start, end = (
                project(p, weights, [each]).coordinates[0] for p in (points[0], points[-1])
            )
            assert end > start


def test_a_flat_trajectory_lies_in_its_principal_plane(weights):
    noise = [direction(weights, 1), direction(weights, 2)]
    points = [moved(weights, noise, (math.cos(t), 0.3 * math.sin(t))) for t in range(6)]
    found = principal_directions(points, 2)
    assert sum(found.shares) == pytest.approx(1)
    for point in points:
        assert project(point, points[-1], found.directions).distance < 1e-4


def test_more_directions_than_there_are_are_refused(weights):
    line = [moved(weights, [direction(weights, 1)], [t]) for t in (0, 1, 2)]
    doubles = [{name: values.double() for name, values in point.items()} for point in line]
    with pytest.raises(ValueError, match="2 principal directions of a trajectory that has 1"):
        principal_directions([doubles[0], doubles[0], doubles[2]], 2)
    with pytest.raises(ValueError, match="has 0"):
        principal_directions([doubles[0]] * 3, 1)
