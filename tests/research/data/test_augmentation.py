"""Crops and flips against cutting windows out one image after the other."""

from collections import Counter

import torch

from research.data.augmentation import PADDING, crop_flip


def windows(image: torch.Tensor, background: torch.Tensor) -> dict[bytes, tuple[int, int, bool]]:
    """Everything that an image may become, and which window it is, mirrored or not."""
    channels, height, width = image.shape
    framed = torch.empty(channels, height + 2 * PADDING, width + 2 * PADDING)
    for channel in range(channels):
        framed[channel] = background[channel]
    for row in range(height):
        for column in range(width):
            framed[:, PADDING + row, PADDING + column] = image[:, row, column]
    found = {}
    for top in range(2 * PADDING + 1):
        for left in range(2 * PADDING + 1):
            window = framed[:, top : top + height, left : left + width]
            for mirrored in (False, True):
                seen = window.flip(-1) if mirrored else window
                found[seen.contiguous().numpy().tobytes()] = top, left, mirrored
    return found


def test_every_result_is_a_window_and_all_are_alike():
    torch.manual_seed(0)
    image, background = torch.randn(2, 6, 7), torch.tensor([-1.5, 2.5])
    known = windows(image, background)
    assert len(known) == 162
    seen = crop_flip(image.expand(20_000, -1, -1, -1), background)
    assert seen.shape == (20_000, 2, 6, 7)
    places = [known[each.contiguous().numpy().tobytes()] for each in seen]
    counts = Counter(places)
    assert len(counts) == 162
    expected = 20_000 / 162
    chi_squared = sum((count - expected) ** 2 / expected for count in counts.values())
    assert chi_squared < 161 + 5 * (2 * 161) ** 0.5, "five deviations above its mean"
    for axis, size in ((0, 9), (1, 9), (2, 2)):
        margin = Counter(place[axis] for place in places)
        assert all(
            abs(count - 20_000 / size) < 5 * (20_000 / size) ** 0.5 for count in margin.values()
        )


def test_images_of_a_batch_stay_themselves():
    """Image i becomes a window of image i, and each is moved on its own."""
    torch.manual_seed(1)
    images, background = torch.randn(30, 1, 8, 8), torch.zeros(1)
    seen = crop_flip(images, background)
    places = [
        windows(image, background)[each.contiguous().numpy().tobytes()]
        for image, each in zip(images, seen, strict=True)
    ]
    assert len(set(places)) > 20


def test_the_generator_decides():
    images, background = torch.randn(8, 3, 8, 8), torch.zeros(3)
    torch.manual_seed(2)
    first, second = (crop_flip(images, background) for _ in range(2))
    torch.manual_seed(2)
    assert torch.equal(crop_flip(images, background), first)
    assert not torch.equal(first, second)
