"""The LightningModule of heavy_tails_text: trains one language model with one optimizer."""

from pytorch_lightning import Callback
from torch import Tensor

from callbacks.standard import standard_callbacks
from experiments.heavy_tails_text.settings import HeavyTailsTextSettings
from research.reweighting import weighted_loss
from research.task import Batch
from research.text_task import TextTask
from research.training.evaluation import Statistics
from research.training.module import TrainingModule


class HeavyTailsText(TrainingModule):
    """A transformer on text; losses by class are watched where the settings ask for it.

    Args:
        settings: data, model and training.
        seed: the seed of the run: of initial weights and of the order of the text's pieces.
    """

    settings: HeavyTailsTextSettings
    task: TextTask

    def build_task(self) -> TextTask:
        """The text, cut into pieces, and the network."""
        settings = self.settings
        return TextTask(
            settings.data, settings.model, settings.data_folder, reweighting=settings.reweighting
        )

    def extra_statistics(self, outputs: Tensor, batch: Batch) -> tuple[Statistics, Statistics]:
        """The loss that is minimised, where classes are weighted."""
        if self.settings.reweighting == "none":
            return {}, {}
        return weighted_loss(self.task, outputs, batch), {}

    def configure_callbacks(self) -> list[Callback]:
        """Schedule, divergence, what is watched, and what the optimizer needs."""
        return standard_callbacks(self.settings)
