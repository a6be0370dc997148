"""What is trained: each of the two networks, and the curve between them."""

from collections.abc import Mapping

from pytorch_lightning import Callback
from torch import Tensor

from callbacks.standard import standard_callbacks
from experiments.mode_connectivity.settings import ModeConnectivitySettings
from research.image_task import ImageTask
from research.landscape.network_path import NetworkPath, PathTask
from research.training.module import TrainingModule


def build_images(settings: ModeConnectivitySettings) -> ImageTask:
    """The images and a network, with weights from torch's generator."""
    return ImageTask(settings.data, settings.model, settings.data_folder)


class Network(TrainingModule):
    """One of the two networks: trained as any other, knowing nothing of the other one."""

    settings: ModeConnectivitySettings

    def build_task(self) -> ImageTask:
        """The images and the network."""
        return build_images(self.settings)

    def configure_callbacks(self) -> list[Callback]:
        """The schedule, and what else the settings name."""
        return standard_callbacks(self.settings)


class Curve(TrainingModule):
    """The curve between the two: its bends are trained, at one random position a step.

    Loss and accuracy of an evaluation are means over `settings.curve.positions` networks of the
    curve; batch norm then normalises by the evaluated batch.

    Args:
        settings: of the experiment.
        seed: draws positions and the order of images.
        start: the `state_dict` of the first network.
        end: that of the second.
    """

    def __init__(
        self,
        settings: ModeConnectivitySettings,
        seed: int,
        start: Mapping[str, Tensor],
        end: Mapping[str, Tensor],
    ) -> None:
        self.experiment, self.ends = settings, (start, end)  # the base class builds the task
        super().__init__(settings.curve_training(), seed)

    def build_task(self) -> PathTask:
        """The images, asked of networks along the curve."""
        task, curve = build_images(self.experiment), self.experiment.curve
        path = NetworkPath(task.model, *self.ends, curve.kind, curve.bends)
        return PathTask(task, path, curve.evaluated_at)

    def configure_callbacks(self) -> list[Callback]:
        """The schedule of the curve."""
        return standard_callbacks(self.settings)
