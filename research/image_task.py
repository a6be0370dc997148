"""The task of images: which of the classes is in it?"""

from torch import Tensor, nn
from torch.nn import functional as F

from research.data.images import load_images
from research.models.cnn import CNN
from research.models.mlp import MLP
from research.settings.images import ImageSettings
from research.settings.models import CNNSettings, ImageModelSettings
from research.task import Batch, Task


class ImageTask(Task):
    """Classification of images by cross entropy, with the splits train, (validation) and test.

    The model's initial values come from torch's global generator.

    Args:
        data: the images.
        model: the network.
        data_folder: folder of data files; None means $DESCENT_DATA or the cache folder.

    Raises:
        SettingsError: a data file is missing or damaged.
    """

    def __init__(
        self, data: ImageSettings, model: ImageModelSettings, data_folder: str | None = None
    ) -> None:
        self.model = build_model(model, data.shape, data.classes)
        self.splits = dict(load_images(data, data_folder))

    def outputs(self, model: nn.Module, batch: Batch) -> Tensor:
        """Logits: [n, classes]."""
        logits: Tensor = model(batch["images"])
        return logits

    def losses_of(self, outputs: Tensor, batch: Batch) -> Tensor:
        """Cross entropy in nats: [n]."""
        return F.cross_entropy(outputs, batch["labels"], reduction="none")

    def labels(self, batch: Batch) -> Tensor:
        """The classes: [n]."""
        return batch["labels"]


def build_model(
    settings: ImageModelSettings, shape: tuple[int, int, int], classes: int
) -> nn.Module:
    """The network that the settings name, for images of a shape."""
    if isinstance(settings, CNNSettings):
        return CNN(settings, shape, classes)
    channels, height, width = shape
    return MLP(settings, channels * height * width, classes)
