"""The task of images: which of the classes is in it?"""

from torch import Tensor, nn
from torch.nn import functional as F

from research.data.augmentation import crop_flip
from research.data.barcodes import load_barcoded_images
from research.data.images import load_images
from research.models.cnn import CNN
from research.models.cnn5 import CNN5
from research.models.mlp import MLP
from research.models.resnet import ResNet
from research.reweighting import class_weights
from research.settings.barcodes import BarcodedImageSettings
from research.settings.images import ImageSettings
from research.settings.models import (
    CNN5Settings,
    CNNSettings,
    ImageModelSettings,
    ResNetSettings,
    ScaledModelSettings,
)
from research.settings.reweighting import Reweighting
from research.task import Batch, Task


class ImageTask(Task):
    """Classification of images by cross entropy, with the splits train, (validation) and test.

    The model's initial values come from torch's global generator. Where the settings name an
    augmentation, a model in training mode is shown augmented images, anew at every call; in
    evaluation mode the images as they are, those of the training split too.

    Args:
        data: the images.
        model: the network.
        data_folder: folder of data files; None means $DESCENT_DATA or the cache folder.
        reweighting: how classes are weighted in what training minimises.

    Raises:
        SettingsError: a data file is missing or damaged.
    """

    def __init__(
        self,
        data: ImageSettings,
        model: ImageModelSettings | ScaledModelSettings,
        data_folder: str | None = None,
        reweighting: Reweighting = "none",
    ) -> None:
        self.model = build_model(model, data.shape, data.classes)
        if isinstance(data, BarcodedImageSettings):
            self.splits = dict(load_barcoded_images(data, data_folder))
        else:
            self.splits = dict(load_images(data, data_folder))
        self.weights = class_weights(reweighting, self.splits["train"]["labels"], data.classes)
        self.augments = data.augmentation == "crop_flip"
        # Black, in whatever units pixels are: zero would be grey where they are standardised.
        self.background = self.splits["train"]["images"].amin(dim=(0, 2, 3))

    def outputs(self, model: nn.Module, batch: Batch) -> Tensor:
        """Logits: [n, classes]."""
        images = batch["images"]
        if self.augments and model.training:
            self.background = self.background.to(images.device)
            images = crop_flip(images, self.background)
        logits: Tensor = model(images)
        return logits

    def losses_of(self, outputs: Tensor, batch: Batch) -> Tensor:
        """Cross entropy in nats: [n]."""
        return F.cross_entropy(outputs, batch["labels"], reduction="none")

    def labels(self, batch: Batch) -> Tensor:
        """The classes: [n]."""
        return batch["labels"]

    def minimised(self, losses: Tensor, batch: Batch) -> Tensor:
        """The losses, times the weights of their classes where classes are weighted: [n]."""
        return losses if self.weights is None else self.weights.times(losses, batch["labels"])


def build_model(
    settings: ImageModelSettings | ScaledModelSettings,
    shape: tuple[int, int, int],
    classes: int,
) -> nn.Module:
    """The network that the settings name, for images of a shape."""
    channels, height, width = shape
    if isinstance(settings, CNNSettings):
        return CNN(settings, shape, classes)
    if isinstance(settings, CNN5Settings):
        return CNN5(settings, channels, classes)
    if isinstance(settings, ResNetSettings):
        return ResNet(settings, channels, classes)
    return MLP(settings, channels * height * width, classes)
