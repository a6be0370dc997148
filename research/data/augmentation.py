"""Augmentation of images: what a step sees of them in place of the images themselves.

Everything happens on the device of the images, for a whole batch at once, and is drawn from that
device's own generator, so that a resumed run sees what the uninterrupted one would have seen.
"""

import torch
from torch import Tensor

PADDING = 4
"""Pixels by which an image is moved at most."""


def crop_flip(images: Tensor, background: Tensor) -> Tensor:
    """Moves each image by up to 4 pixels along each side, and mirrors half of them left to right.

    The move is a window at a random place of the image with a frame of 4 pixels around it: all 81
    places alike. It is what networks for CIFAR-10 are usually trained with (He et al., 2015,
    arXiv:1512.03385, section 4.2).

    Args:
        images: [n, channels, height, width].
        background: what the frame is filled with: [channels].

    Returns:
        Images of the same shape.
    """
    n, channels, height, width = images.shape
    framed = background.view(1, -1, 1, 1).repeat(n, 1, height + 2 * PADDING, width + 2 * PADDING)
    framed[:, :, PADDING : PADDING + height, PADDING : PADDING + width] = images
    device = images.device
    top, left = torch.randint(2 * PADDING + 1, (2, n, 1), device=device)
    rows = top + torch.arange(height, device=device)  # [n, height]
    columns = left + torch.arange(width, device=device)  # [n, width]
    is_mirrored = torch.randint(2, (n, 1), device=device).bool()
    columns = torch.where(is_mirrored, columns.flip(1), columns)
    image = torch.arange(n, device=device).view(n, 1, 1, 1)
    channel = torch.arange(channels, device=device).view(1, channels, 1, 1)
    return framed[image, channel, rows.view(n, 1, height, 1), columns.view(n, 1, 1, width)]
