"""Labelled images as tensors: read, split, standardised, and some labels drawn anew.

Who is in which split depends on `split_seed` alone: fewer training images are a part of more, and
the validation and test images stay the same.
"""

import torch
from torch import Tensor

from research.data.image_files import read_arrays
from research.seeds import derive
from research.settings.errors import SettingsError
from research.settings.images import IMAGES, ImageSettings

Images = dict[str, Tensor]
"""{"images": [n, channels, height, width] float32, "labels": [n] int64}.

The split `train` has `true_labels` too, [n] int64: the labels before any noise.
"""

Part = tuple[Tensor, Tensor]
"""Images, [n, channels, height, width], and labels, [n]; pixels are bytes until they are chosen."""

_LARGEST_PIXEL = {"digits": 16, "mnist": 255, "fashion_mnist": 255, "cifar10": 255}


def load_images(settings: ImageSettings, data_folder: str | None = None) -> dict[str, Images]:
    """The splits `train`, `test` and, where one is wanted, `validation`.

    Validation images are held out of the official training part before training images are chosen.
    The digits have no official split: a random fifth of them, drawn by `split_seed`, is the test.

    Args:
        settings: which images, how many, and what is done to them.
        data_folder: folder of data files; None means $DESCENT_DATA or the cache folder. Nothing is
            downloaded here: the command line does it, with `research.data.download`.

    Raises:
        SettingsError: a file is missing, damaged or not the official one, or holds fewer images
            than are wanted.
    """
    if settings.name == "digits":
        train, test = _digits(settings)
    else:
        train, test = _from_files(settings, data_folder)
    held_out, seed = settings.validation_examples, settings.split_seed
    order = _order(train, seed, "images for validation")
    splits = {
        "train": _take(train, order[held_out:], settings.train_examples),
        "validation": _take(train, order[:held_out], held_out),
        "test": _take(test, _order(test, seed, "test images"), settings.test_examples),
    }
    if not held_out:
        del splits["validation"]
    scaled = _scaled(splits, settings)
    labels = {name: labels for name, (_, labels) in splits.items()}
    right = labels["train"]
    labels["train"] = _with_noise(right, settings)
    result = {name: {"images": scaled[name], "labels": labels[name]} for name in splits}
    result["train"]["true_labels"] = right
    return result


def _digits(settings: ImageSettings) -> tuple[Part, Part]:
    """The 8 x 8 digits of scikit-learn, shuffled and cut into train and test."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    images = torch.from_numpy(digits.images).byte().unsqueeze(1)
    labels = torch.from_numpy(digits.target).long()
    everything = images, labels
    order = _order(everything, settings.split_seed, "digits for the test")
    test = IMAGES["digits"][1]
    return _take(everything, order[test:], None), _take(everything, order[:test], None)


def _from_files(settings: ImageSettings, data_folder: str | None) -> tuple[Part, Part]:
    """The official parts of the sets that come as files."""
    unofficial = settings.allow_unofficial
    arrays = read_arrays(settings.name, data_folder, allow_unofficial=unofficial)

    def part(name: str) -> Part:
        pixels, labels = arrays[name, "images"], arrays[name, "labels"]
        images = torch.frombuffer(pixels.values, dtype=torch.uint8)
        numbers = torch.frombuffer(labels.values, dtype=torch.uint8).long()
        return images.view(-1, *settings.shape), numbers

    return part("train"), part("test")


def _order(part: Part, seed: int, purpose: str) -> Tensor:
    """A random order of the images: [n]."""
    generator = torch.Generator().manual_seed(derive(seed, purpose))
    return torch.randperm(len(part[1]), generator=generator)


def _take(part: Part, order: Tensor, wanted: int | None) -> Part:
    """The first `wanted` images of an order, or all of it."""
    if wanted is not None and wanted > len(order):
        raise SettingsError(
            f"{wanted} images are wanted where the data has {len(order)}, expected fewer of"
            " data.train_examples, data.validation_examples or data.test_examples"
        )
    images, labels = part
    return images[order[:wanted]], labels[order[:wanted]]


def _scaled(splits: dict[str, Part], settings: ImageSettings) -> dict[str, Tensor]:
    """The images of every split as numbers in [0, 1].

    Standardised: minus the training pixels' mean, over their deviation, one number each a channel.
    """
    largest = _LARGEST_PIXEL[settings.name]
    images = {name: pixels.float().div_(largest) for name, (pixels, _) in splits.items()}
    if settings.standardise:
        for channel in range(settings.shape[0]):
            _standardise([each[:, channel] for each in images.values()])
    return images


def _standardise(channels: list[Tensor]) -> None:
    """Changes one channel of every split in place; the first is that of the training images."""
    pixels = channels[0]
    mean = pixels.mean(dtype=torch.float64).item()
    variance = (pixels - mean).square_().mean(dtype=torch.float64).item()
    deviation = max(variance**0.5, 1e-12)
    for each in channels:
        each.sub_(mean).div_(deviation)


def _with_noise(labels: Tensor, settings: ImageSettings) -> Tensor:
    """The labels, some of them noisy.

    An image's noise is drawn whether or not it is used, so that more noise keeps what less did;
    wrong labels do not depend on how many images there are either.
    """
    generator = torch.Generator().manual_seed(derive(settings.label_seed, "label noise"))
    is_noisy = torch.rand(len(labels), generator=generator) < settings.label_noise
    if settings.noisy_labels == "any":
        drawn = torch.randint(settings.classes, (len(labels),), generator=generator)
    else:
        generator.manual_seed(derive(settings.label_seed, "wrong labels"))
        shifts = torch.randint(1, settings.classes, (len(labels),), generator=generator)
        drawn = (labels + shifts) % settings.classes
    return torch.where(is_noisy, drawn, labels)
