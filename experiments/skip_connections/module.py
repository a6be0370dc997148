"""The run of skip_connections: a deep network is trained, then what lies around it is measured."""

from typing import ClassVar

from pytorch_lightning import Callback

from callbacks.standard import standard_callbacks
from experiments.skip_connections.curvature_map import CurvatureMap
from experiments.skip_connections.settings import SkipConnectionsSettings
from experiments.skip_connections.surroundings import surroundings
from research.image_task import ImageTask
from research.settings.sweep import SweepSettings
from research.training.landscape import LandscapeModule
from research.training.module import TrainingModule
from research.training.stages import Done, Stage, StagedRun


class SkipConnections(StagedRun):
    """One network, with or without skips.

    The stages are `training`; `landscape`, the plane around the end point and the eigenvalues
    there; and `map`, the outermost eigenvalues at points all over the plane.

    Args:
        settings: data, network, training, and what is measured.
        seed: the seed of the run; the two directions are drawn by it too.
    """

    stages: ClassVar[tuple[str, ...]] = ("training", "landscape", "map")
    settings: SkipConnectionsSettings

    def build(self, name: str, done: Done) -> Stage:
        """The module of one stage."""
        settings = self.settings
        if name == "training":
            return Network(settings, self.seed)
        task = ImageTask(settings.data, settings.model, settings.data_folder)
        task.model.load_state_dict(done.weights("training"))
        if name == "map":
            return CurvatureMap(settings, self.seed, task)
        return LandscapeModule(surroundings(settings, self.seed, task), SweepSettings(), self.seed)


class Network(TrainingModule):
    """The network in training."""

    settings: SkipConnectionsSettings

    def build_task(self) -> ImageTask:
        """The images and the network."""
        return ImageTask(self.settings.data, self.settings.model, self.settings.data_folder)

    def configure_callbacks(self) -> list[Callback]:
        """The schedule, and what else the settings name."""
        return standard_callbacks(self.settings)
