"""The loss over the plane that both networks and the curve lie in."""

import numpy

from experiments.mode_connectivity.along import Joined
from experiments.mode_connectivity.settings import ModeConnectivitySettings
from experiments.mode_connectivity.training import build_images
from research.landscape.objective import Objective, task_objective
from research.landscape.plan import SurfacePlan
from research.landscape.planes import Plane, project
from research.training.landscape import LandscapeModule

SPLITS = ("train", "test")

Axis = tuple[float, ...]


def build_plane(settings: ModeConnectivitySettings, seed: int, joined: Joined) -> LandscapeModule:
    """The sweep over the plane: surfaces `train` and `test`, in distances between the networks.

    The first network is at (0, 0), the second at (1, 0), the middle of the curve above them. Batch
    norm's statistics are measured at every point, on the same training images.
    """
    plane, wanted = joined.plane(), settings.plane
    objectives = _objectives(settings)
    plans = [
        SurfacePlan(
            split,
            objectives[split],
            plane.origin,
            plane.directions,
            box(plane, joined, wanted.points, wanted.margin),
            refinement=wanted.refinement,
            batch_norm="re-estimated" if settings.has_batch_norm else "frozen",
            statistics=objectives["train"] if settings.has_batch_norm else None,
            fast=True,
            notes={"directions": "through both networks and the middle of the curve"},
        )
        for split in SPLITS
    ]
    return LandscapeModule(plans, seed=seed)


def _objectives(settings: ModeConnectivitySettings) -> dict[str, Objective]:
    """Examples of each split, and one network for both."""
    task, wanted = build_images(settings), settings.plane.examples
    batch_size = settings.evaluation.batch_size
    return {split: task_objective(task, task.splits[split], wanted, batch_size) for split in SPLITS}


def box(plane: Plane, joined: Joined, points: int, margin: float) -> tuple[Axis, Axis]:
    """The coordinates of a square grid around all of the line and the curve, in its middle.

    Args:
        plane: with its unit, the distance between the networks.
        joined: what is to lie in it.
        points: along each side.
        margin: least distance of both paths from its sides.
    """
    curve = joined.curve
    controls = [project(each, plane.origin, plane.directions).coordinates for each in curve.points]
    shares = [curve.coefficients(t) for t in numpy.linspace(0, 1, 101).tolist()]
    places = numpy.array(shares) @ numpy.array(controls)  # [positions, 2]; the line is at y = 0
    low = numpy.minimum(places.min(axis=0), [0, 0])
    high = numpy.maximum(places.max(axis=0), [1, 0])
    half = float((high - low).max()) / 2 + margin
    first, second = (
        tuple(numpy.linspace(middle - half, middle + half, points).tolist())
        for middle in ((low + high) / 2).tolist()
    )
    return first, second
