"""The LightningModule of heavy_tails_images: trains one network with one optimizer."""

import torch
from pytorch_lightning import Callback
from torch import Tensor

from callbacks.standard import standard_callbacks
from experiments.heavy_tails_images.settings import (
    FREQUENT,
    RARE,
    HeavyTailsImagesSettings,
)
from research.image_task import ImageTask
from research.reweighting import weighted_loss
from research.task import Batch
from research.training.evaluation import Statistics
from research.training.module import TrainingModule


class HeavyTailsImages(TrainingModule):
    """A small network on images, most of whose classes are rare.

    Evaluations log the loss of the frequent and of the rare classes apart.

    Args:
        settings: data, model and training.
        seed: the seed of the run; the data has its own.
    """

    settings: HeavyTailsImagesSettings
    task: ImageTask

    def __init__(self, settings: HeavyTailsImagesSettings, seed: int = 0) -> None:
        super().__init__(settings, seed)
        self.arrays |= self._examples()

    def build_task(self) -> ImageTask:
        """The images with barcodes, split, and the network."""
        settings = self.settings
        return ImageTask(settings.data, settings.model, settings.data_folder, settings.reweighting)

    def extra_statistics(self, outputs: Tensor, batch: Batch) -> tuple[Statistics, Statistics]:
        """What is minimised, and the losses of each half with zeros where the other one is."""
        losses = self.task.losses_of(outputs, batch)
        rare = self.task.labels(batch) >= self.settings.data.plain_classes
        halves = {FREQUENT: losses * ~rare, RARE: losses * rare}
        return {**weighted_loss(self.task, outputs, batch), **halves}, {}

    def evaluated(self, metrics: dict[str, float]) -> dict[str, float]:
        """The means over each half: those over all images, over the half's share of them."""
        return {
            f"{split}/{name}": metrics[f"{split}/{name}"] / share
            for split, shares in self._shares().items()
            for name, share in zip((FREQUENT, RARE), shares, strict=True)
        }

    def _shares(self) -> dict[str, tuple[float, float]]:
        """Of each split, the share of the images without and with a barcode."""
        first = self.settings.data.plain_classes
        rare = {
            name: float((self.task.labels(split) >= first).double().mean())
            for name, split in self.task.splits.items()
        }
        return {name: (1 - share, share) for name, share in rare.items()}

    def _examples(self) -> dict[str, Tensor]:
        """For a figure: two plain classes, a row each, without a code and with three of them.

        `examples` are the first images of these classes, [2, 4, height, width], `example_classes`
        and `example_counts` their classes and how many training images these have, [2, 4].
        """
        data, train = self.settings.data, self.task.splits["train"]
        plain, codes = data.plain_classes, data.codes
        chosen = [0, *sorted({1, (codes + 1) // 2, codes})]
        classes = torch.tensor([[shown + plain * code for code in chosen] for shown in (3, 8)])
        counts = torch.bincount(train["labels"], minlength=data.classes)
        first = [int((train["labels"] == each).nonzero()[0]) for each in classes.flatten()]
        images = train["images"][first].mean(dim=1)
        return {
            "examples": images.view(*classes.shape, *images.shape[1:]),
            "example_classes": classes,
            "example_counts": counts[classes],
        }

    def configure_callbacks(self) -> list[Callback]:
        """Schedule, divergence, and what is watched."""
        return standard_callbacks(self.settings)
