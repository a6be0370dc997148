"""The five-layer convolutional network whose width is one number k."""

import torch
from torch import Tensor, nn

from research.settings.models import CNN5Settings

POOLED = (False, True, True, False)
"""After which convolutions the image is halved; after the last, one maximum is left of it."""


class CNN5(nn.Module):
    """Four times convolution 3 x 3, batch norm and ReLU, with k, 2k, 4k and 8k channels; logits.

    The second and third convolution are followed by a maximum over 2 x 2 pixels, rounding down, the
    fourth by the maximum over all pixels: at 32 x 32 that are the published pools 1, 2, 2 and 8.
    With `shrink` s > 1 a mean over s x s pixels comes before it all: a quarter of the work at 2.
    Convolutions have no bias, because batch norm would take it out again; so with c channels in
    and K classes there are 9ck + 378k^2 + 30k + 8kK + K parameters. Initial values are PyTorch's.

    Source: Nakkiran et al. (2019), arXiv:1912.02292, section 3 and appendix, after a network of
    Page (2018).

    Args:
        settings: the width k, and how much the image is shrunk.
        channels: channels of an image; its sides must be at least 4 pixels after that.
        outputs: classes K.
    """

    def __init__(self, settings: CNN5Settings, channels: int, outputs: int) -> None:
        super().__init__()
        layers: list[nn.Module] = [nn.AvgPool2d(settings.shrink)] if settings.shrink > 1 else []
        for doublings, is_pooled in enumerate(POOLED):
            wider = settings.width << doublings
            layers += [
                nn.Conv2d(channels, wider, 3, padding=1, bias=False),
                nn.BatchNorm2d(wider),
                nn.ReLU(),
                *([nn.MaxPool2d(2)] if is_pooled else []),
            ]
            channels = wider
        self.features = nn.Sequential(*layers)
        self.output = nn.Linear(channels, outputs)
        # The same numbers, sooner on a CPU; the stubs know no such argument.
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    def forward(self, images: Tensor) -> Tensor:
        """Logits of images: [n, channels, height, width] to [n, outputs]."""
        logits: Tensor = self.output(self.features(images).amax(dim=(2, 3)))
        return logits
