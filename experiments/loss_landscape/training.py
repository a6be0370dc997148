"""The network that is trained, and the moment at which its training loss is the one to compare at.

Dropout slows training down: at its end a network with dropout has another training loss than one
without. So each run also keeps the first weights whose training loss is as small as the settings
say, and whoever compares two networks can do it there.
"""

from typing import Any

import torch
from pytorch_lightning import Callback
from torch import Tensor
from torch.nn.utils import convert_conv2d_weight_memory_format

from callbacks.standard import standard_callbacks
from experiments.loss_landscape.settings import LossLandscapeSettings
from research.image_task import ImageTask
from research.landscape.weights import flatten, weights_of
from research.training.module import TrainingModule

MATCHED = "matched"
"""The array of those weights as one vector; its index is the step."""
MATCHED_LOSS = "matched_loss"
"""The array of their training loss, with the same index."""


class Network(TrainingModule):
    """A network on images.

    Args:
        settings: of the experiment.
        seed: the seed of the run.

    Attributes:
        matched_at: the step of the first evaluation at which the training loss was at most
            `settings.matched_loss`, or None.
        matched: the weights at that step, and their training loss; None after a resume, when they
            are in the record alone.
    """

    settings: LossLandscapeSettings
    task: ImageTask

    def __init__(self, settings: LossLandscapeSettings, seed: int = 0) -> None:
        super().__init__(settings, seed)
        self.matched_at: int | None = None
        self.matched: tuple[Tensor, float] | None = None

    def build_task(self) -> ImageTask:
        """The images and the network, whose convolutions compute with channels last.

        Weights that lie so in memory have the same values and names. Results differ by rounding,
        and training takes two thirds of the time on a CPU.
        """
        task = ImageTask(self.settings.data, self.settings.model, self.settings.data_folder)
        convert_conv2d_weight_memory_format(task.model, torch.channels_last)
        return task

    def configure_callbacks(self) -> list[Callback]:
        """The schedule, and what else the settings name."""
        return standard_callbacks(self.settings)

    def evaluated(self, metrics: dict[str, float]) -> dict[str, float]:
        """Keeps the weights, if their training loss is small enough for the first time."""
        wanted, loss = self.settings.matched_loss, metrics["train/loss"]
        if wanted is not None and self.matched_at is None and loss <= wanted:
            self.matched_at = self.steps
            self.matched = flatten(weights_of(self.model)), loss
            self.arrays[MATCHED] = self.matched[0]
            self.arrays[MATCHED_LOSS] = torch.tensor(loss, dtype=torch.float64)
        return {}

    def state(self) -> dict[str, Any]:
        """Whether they were kept."""
        return {"matched_at": self.matched_at}

    def load_state(self, state: dict[str, Any]) -> None:
        """Takes that up; the weights themselves are in the record."""
        self.matched_at = state["matched_at"]
