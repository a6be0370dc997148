"""The trajectory of a training: weights at chosen steps, for a plane to see it in."""

from collections.abc import Collection
from pathlib import Path

import torch
from pytorch_lightning import LightningModule, Trainer

from callbacks.chosen_steps import AtChosenSteps
from callbacks.landscape_parts import keep, network_of, store_of
from research.landscape.weights import Weights, flatten, unflatten, weights_of
from research.records.run_store import RunStore

NAME = "trajectory"


class Trajectory(AtChosenSteps):
    """Keeps the weights at chosen steps, and the last ones, of any LightningModule.

    Each point is written as soon as it is there, to arrays/trajectory/<step>.npy, whole or not at
    all. A run that was killed and goes on writes the points after its checkpoint again, and ends
    with the same ones. `read_trajectory` reads them, and

        principal_directions(list(points.values()), 2)

    gives the plane that shows most of the way.

    Args:
        steps: where the weights are kept; 0 is the initialisation.
        every: every multiple of it too; 0 means none.
        statistics: whether batch norm's running statistics are kept with the parameters.
        folder: where they go; None means the run's record, or the Trainer's default_root_dir.
    """

    def __init__(
        self,
        steps: Collection[int] = (),
        every: int = 0,
        statistics: bool = False,
        folder: Path | None = None,
    ) -> None:
        super().__init__(steps, every, last=True)
        self.statistics = statistics
        self.folder = folder

    def at(self, trainer: Trainer, pl_module: LightningModule, step: int) -> None:
        """Keeps the weights."""
        point = weights_of(network_of(pl_module), self.statistics)
        keep(store_of(trainer, self.folder), NAME, step, flatten(point))


def read_trajectory(where: RunStore | Path, like: Weights) -> dict[int, dict[str, torch.Tensor]]:
    """The points of a trajectory by step, rising, to the bit what was kept.

    Args:
        where: the run, or the folder that was given to `Trajectory`.
        like: a point of the same network, `weights_of(model)`; with statistics, where they were
            kept.

    Raises:
        ValueError: a point has another number of weights.
    """
    store = where if isinstance(where, RunStore) else RunStore(where, NAME, 0)
    size = sum(tensor.numel() for tensor in like.values())
    points = {}
    for step, vector in store.arrays(NAME).items():
        if vector.shape != (size,):
            found = f"{vector.size} numbers at step {step} of {store.folder}"
            raise ValueError(f"{found}, expected {size}: those of the same network")
        point = unflatten(torch.from_numpy(vector), like)
        points[step] = {name: values.to(like[name]) for name, values in point.items()}
    return points
