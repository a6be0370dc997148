"""The LightningModule of multi_point: trains a plane of networks until it shows a picture."""

import hashlib
from typing import Any

import torch
from pytorch_lightning import Callback
from torch import Tensor, nn

from callbacks.standard import standard_callbacks
from experiments.multi_point.agreement import agreement, best_threshold
from experiments.multi_point.settings import MultiPointSettings
from research.image_task import ImageTask, build_model
from research.landscape.pattern_plane import PatternPlane
from research.landscape.patterns import PatternTask, near_edges, pattern_surface
from research.settings.errors import SettingsError
from research.training.module import TrainingModule

_CELLS_AT_ONCE = 64


class MultiPoint(TrainingModule):
    """Three networks span a plane; its loss on the training images is to show the picture.

    An evaluation is the whole surface of each split. Its arrays are `<split>_loss` and
    `<split>_accuracy`, [R, C] in the order of the picture, and before the first step the same as
    `start_<split>_loss`; `picture` says which cells are good. Its metrics:

    - `<split>/loss`: what is minimised, over all cells: mean loss of the good ones minus mean
      clipped loss of the bad ones;
    - `<split>/accuracy`: mean accuracy at the good cells;
    - `threshold`: the loss that tells good from bad cells best on the *training* images, in nats;
    - `test/agreement`: share of cells on the right side of it by their loss on the test images;
    - `test/agreement_best`: the same with the best threshold for the test images;
    - `scale`: a cell's step over the distance between two networks.

    Args:
        settings: images, network, picture and training.
        seed: the seed of the run: initial values, order, and which cells a step sees.
    """

    settings: MultiPointSettings
    task: PatternTask

    def build_task(self) -> PatternTask:
        """The plane through three networks with independent initial values."""
        settings, data = self.settings, self.settings.data
        task = ImageTask(data, settings.model, settings.data_folder)
        picture = torch.tensor(settings.pattern.picture())
        plane = PatternPlane([self._network() for _ in range(3)], settings.initial_scale)
        used = near_edges(picture) if settings.near_edges else None
        return PatternTask(task, plane, picture, used, settings.cells, settings.clip)

    def _network(self) -> nn.Module:
        data, shrink = self.settings.data, self.settings.shrink
        channels, height, width = data.shape
        shape = (channels, height // shrink, width // shrink)
        network = build_model(self.settings.model, shape, data.classes)
        return network if shrink == 1 else nn.Sequential(nn.AvgPool2d(shrink), network)

    def configure_callbacks(self) -> list[Callback]:
        """The schedule, and what else the settings name."""
        return standard_callbacks(self.settings)

    def on_train_start(self) -> None:
        """Looks at the plane before the first step."""
        super().on_train_start()
        if self.steps == 0:
            self.arrays["picture"] = self.task.picture.double()
            for split in self.evaluated_data:
                self.arrays[f"start_{split}_loss"] = self._surface(split)["loss"]

    def validation_step(self, split: str, batch_idx: int) -> None:
        """Evaluates one split at every cell."""
        del batch_idx
        surface = self._surface(split)
        good = self.task.picture
        bad = surface["loss"][~good].clamp_max(self.settings.clip)
        self._metrics[f"{split}/loss"] = float(surface["loss"][good].mean() - bad.mean())
        self._metrics[f"{split}/accuracy"] = float(surface["accuracy"][good].mean())
        self.arrays.update({f"{split}_{name}": values for name, values in surface.items()})

    def evaluated(self, metrics: dict[str, float]) -> dict[str, float]:
        """How much of the picture can be read."""
        del metrics
        picture = self.task.picture.numpy()
        train, test = (self.arrays[f"{split}_loss"].numpy() for split in ("train", "test"))
        threshold = best_threshold(train, picture)
        return {
            "threshold": threshold,
            "test/agreement": agreement(test, picture, threshold),
            "test/agreement_best": agreement(test, picture, best_threshold(test, picture)),
            "scale": float(self.task.model.scale.detach()),
        }

    def _surface(self, split: str) -> dict[str, Tensor]:
        size = self.settings.evaluation.batch_size
        return pattern_surface(self.task, self.evaluated_data[split], size, _CELLS_AT_ONCE)

    def state(self) -> dict[str, Any]:
        """Which picture it is: its file may be another one when the run goes on."""
        return {"picture": self._fingerprint()}

    def load_state(self, state: dict[str, Any]) -> None:
        """Refuses to go on with another picture than the run began with."""
        if state["picture"] != self._fingerprint():
            raise SettingsError(
                "pattern: the picture is not the one that the run began with, expected the same"
            )

    def _fingerprint(self) -> str:
        return hashlib.sha256(self.task.picture.numpy().tobytes()).hexdigest()[:16]
