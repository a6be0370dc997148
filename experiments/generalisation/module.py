"""The LightningModule of generalisation: trains one network with one optimizer."""

from pytorch_lightning import Callback

from callbacks.standard import standard_callbacks
from experiments.generalisation.settings import GeneralisationSettings
from research.image_task import ImageTask
from research.training.module import TrainingModule


class Generalisation(TrainingModule):
    """A small network on images; every split's loss and accuracy are evaluated as it trains.

    Args:
        settings: data, model and training.
        seed: the seed of the run; the splits have their own.
    """

    settings: GeneralisationSettings
    tracks_accuracy = True
    task: ImageTask

    def build_task(self) -> ImageTask:
        """The images, split, and the network."""
        return ImageTask(self.settings.data, self.settings.model, self.settings.data_folder)

    def configure_callbacks(self) -> list[Callback]:
        """Schedule, divergence, early stop, and what the optimizer needs."""
        return standard_callbacks(self.settings)
