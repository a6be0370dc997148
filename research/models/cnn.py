"""A small convolutional network, as in an introductory lab."""

from torch import Tensor, nn

from research.models.mlp import ACTIVATIONS
from research.settings.models import CNNSettings


class CNN(nn.Module):
    """Blocks of convolution, norm, non-linearity and 2 x 2 pool; a hidden layer, if any; logits.

    Each block halves height and width, rounding down. Convolutions keep the size (zero padding), so
    after b blocks of c channels c * floor(h / 2^b) * floor(w / 2^b) numbers enter the hidden layer.
    A layer before batch normalisation has no bias. Initial values are PyTorch's.

    Args:
        settings: channels, kernel, pool, hidden units, normalisation, dropout.
        shape: channels, height and width of an image.
        outputs: classes.

    Raises:
        ValueError: the blocks leave nothing of the image.
    """

    def __init__(self, settings: CNNSettings, shape: tuple[int, int, int], outputs: int) -> None:
        super().__init__()
        channels, height, width = shape
        blocks = len(settings.channels)
        height, width = height >> blocks, width >> blocks
        if not (height and width):
            raise ValueError(f"{blocks} blocks leave nothing of an image of shape {shape}")
        layers: list[nn.Module] = []
        for wider in settings.channels:
            layers += self._block(settings, channels, wider)
            channels = wider
        self.features = nn.Sequential(*layers)
        inputs = channels * height * width
        self.hidden = self._hidden(settings, inputs)
        self.output = nn.Linear(settings.hidden or inputs, outputs)

    @staticmethod
    def _block(settings: CNNSettings, channels: int, wider: int) -> list[nn.Module]:
        kernel, has_norm = settings.kernel, settings.batch_norm
        return [
            nn.Conv2d(channels, wider, kernel, padding=kernel // 2, bias=not has_norm),
            *([nn.BatchNorm2d(wider)] if has_norm else []),
            ACTIVATIONS[settings.activation](),
            nn.MaxPool2d(2) if settings.pool == "max" else nn.AvgPool2d(2),
        ]

    @staticmethod
    def _hidden(settings: CNNSettings, inputs: int) -> nn.Sequential:
        has_norm, dropout = settings.batch_norm, settings.dropout
        drops_output = dropout and settings.dropout_before == "hidden_and_output"
        # Names of weights then don't tell whether there is dropout: directions are drawn by name.
        drops_hidden = dropout or settings.dropout_before == "hidden"
        if settings.hidden is None:
            return nn.Sequential(nn.Flatten(), *([nn.Dropout(dropout)] if drops_output else []))
        return nn.Sequential(
            nn.Flatten(),
            *([nn.Dropout(dropout)] if drops_hidden else []),
            nn.Linear(inputs, settings.hidden, bias=not has_norm),
            *([nn.BatchNorm1d(settings.hidden)] if has_norm else []),
            ACTIVATIONS[settings.activation](),
            *([nn.Dropout(dropout)] if drops_output else []),
        )

    def forward(self, images: Tensor) -> Tensor:
        """Logits of images: [n, channels, height, width] to [n, outputs]."""
        logits: Tensor = self.output(self.hidden(self.features(images)))
        return logits
