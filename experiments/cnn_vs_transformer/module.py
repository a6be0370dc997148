"""The LightningModule of cnn_vs_transformer: trains one network with one optimizer."""

import torch
from pytorch_lightning import Callback
from torch import Tensor

from callbacks.standard import standard_callbacks
from experiments.cnn_vs_transformer.settings import CnnVsTransformerSettings
from research.image_task import ImageTask
from research.settings.images import ImageSettings
from research.settings.models import CNNSettings
from research.task import Task
from research.text_task import TextTask
from research.training.module import TrainingModule


class CnnVsTransformer(TrainingModule):
    """A convolutional network on images, or a transformer on text.

    Beside loss and accuracy it logs `label_entropy`, the training loss of the best constant
    prediction, which gaps between optimizers are measured by.

    Args:
        settings: data, model and training.
        seed: the seed of the run; the data have their own.
    """

    settings: CnnVsTransformerSettings
    tracks_accuracy = True

    def __init__(self, settings: CnnVsTransformerSettings, seed: int = 0) -> None:
        super().__init__(settings, seed)
        self.label_entropy = entropy(self.task.labels(self.task.splits["train"]))

    def build_task(self) -> Task:
        """The images and the convolutional network, or the text and the transformer."""
        data, model, folder = self.settings.data, self.settings.model, self.settings.data_folder
        if isinstance(data, ImageSettings):
            assert isinstance(model, CNNSettings)
            return ImageTask(data, model, folder)
        assert not isinstance(model, CNNSettings)
        return TextTask(data, model, folder)

    def configure_callbacks(self) -> list[Callback]:
        """Schedule, divergence, early stop, and what the settings have watched."""
        return standard_callbacks(self.settings)

    def evaluated(self, metrics: dict[str, float]) -> dict[str, float]:
        """The entropy of the training labels, the same at every evaluation."""
        del metrics
        return {"label_entropy": self.label_entropy}


def entropy(labels: Tensor) -> float:
    """Entropy -sum_k p_k ln p_k of the labels' frequencies, in nats; labels below 0 don't count.

    It is the mean cross entropy of the best prediction that is the same for every example.
    """
    counts = torch.unique(labels[labels >= 0], return_counts=True)[1].double()
    shares = counts / counts.sum()
    return float(-(shares * shares.log()).sum())
