"""The LightningModule of the curvature map: where in the plane is the loss not convex?

Li et al. (2018), arXiv:1712.09913, section 6, draw |lambda_min / lambda_max| of the Hessian over
the plane: 0 where it has no negative eigenvalue, and large where a surface that looks convex in two
directions is not in others.
"""

from experiments.skip_connections.settings import SkipConnectionsSettings
from experiments.skip_connections.surroundings import plane_directions
from research.image_task import ImageTask
from research.landscape.curvature.measure import measure_curvature
from research.landscape.objective import task_objective
from research.landscape.weights import moved, weights_of
from research.settings.sweep import SweepSettings
from research.training.sweep import Result, SweepModule

KEPT = (
    "loss",
    "lambda_max",
    "lambda_max_residual",
    "lambda_min",
    "lambda_min_residual",
    "ratio",
    "products",
)
"""What of a measurement is kept of a point."""


class CurvatureMap(SweepModule):
    """A row for each point: where it is (x, y), and `KEPT`.

    `ratio` is |lambda_min / lambda_max|, whatever their signs. Batch norm's statistics are those of
    the end point.

    Args:
        settings: of the experiment.
        seed: of the run; it draws the directions.
        task: the images, and the network as it was trained.
    """

    def __init__(self, settings: SkipConnectionsSettings, seed: int, task: ImageTask) -> None:
        super().__init__(SweepSettings(), seed)
        self.experiment = settings
        self.task = task

    def points(self) -> list[tuple[float, float]]:
        """The coordinates of all points, y running fastest."""
        first, second = self.experiment.map_axes
        return [(x, y) for x in first for y in second]

    def setup(self, stage: str) -> None:
        """Puts images and network on the device, and draws the directions."""
        super().setup(stage)
        wanted = self.experiment.curvature_map
        self.task.model.to(self.device).eval()
        train = {name: column.to(self.device) for name, column in self.task.splits["train"].items()}
        self.objective = task_objective(self.task, train, wanted.examples, wanted.batch_size)
        self.origin = weights_of(self.task.model)
        self.directions = plane_directions(self.experiment, self.seed, self.task)

    def compute(self, index: int, point: tuple[float, float]) -> Result:
        """The outermost eigenvalues at one point."""
        del index
        wanted = self.experiment.curvature_map
        found = measure_curvature(
            self.objective,
            moved(self.origin, self.directions, point),
            largest=1,
            smallest=1,
            lanczos_steps=wanted.lanczos_steps,
            tolerance=wanted.tolerance,
        )
        kept = {name: found.metrics[name] for name in KEPT}
        return Result({"x": point[0], "y": point[1], **kept})
