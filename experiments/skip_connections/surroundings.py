"""What is measured around a trained network: planes, and the eigenvalues at the point itself."""

from experiments.skip_connections.settings import END_POINT, SkipConnectionsSettings
from research.image_task import ImageTask
from research.landscape.directions import directions_from
from research.landscape.objective import Objective, task_objective
from research.landscape.vectors import Direction
from research.landscape.weights import weights_of
from research.training.landscape import CurvaturePlan, SurfacePlan, planned


def surroundings(
    settings: SkipConnectionsSettings, seed: int, task: ImageTask
) -> list[SurfacePlan | CurvaturePlan]:
    """The plane of every split, called as it is, and the curvature at the end point.

    Args:
        settings: of the experiment.
        seed: of the run; it draws the directions.
        task: the images, and the network as it was trained.
    """
    surface, curvature = settings.surface, settings.curvature
    task.model.eval()
    drawn = settings.directions(seed)
    with_its_seed = surface.model_copy(update={"directions": drawn})
    objectives = {
        split: _objective(task, split, surface.examples, surface.batch_size)
        for split in surface.splits
    }
    plans: list[SurfacePlan | CurvaturePlan] = [
        planned(split, objective, with_its_seed, statistics=objectives["train"])
        for split, objective in objectives.items()
    ]
    for split in curvature.splits:
        objective = _objective(task, split, curvature.examples, curvature.batch_size)
        name = END_POINT if split == "train" else f"{END_POINT}_{split}"
        plans.append(CurvaturePlan(name, objective, settings=curvature))
    return plans


def plane_directions(
    settings: SkipConnectionsSettings, seed: int, task: ImageTask
) -> tuple[Direction, ...]:
    """The two directions that the plane of a run lies along: those of `surroundings`."""
    return directions_from(settings.directions(seed), weights_of(task.model), 2, task.model)


def _objective(task: ImageTask, split: str, examples: int | None, batch_size: int) -> Objective:
    return task_objective(task, task.splits[split], examples, batch_size)
