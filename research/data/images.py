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
"""{"images": [n, channels, height, width] float32, "labels": [n] int64}."""

Part = tuple[Tensor, Tensor]
"""Images, [n, channels, height, width], and labels, [n]; pixels are bytes until they are chosen."""

_LARGEST_PIXEL = {"digits": 16, "mnist": 255, "fashion_mnist": 255}


def load_images(settings: ImageSettings, data_folder: str | None = None) -> dict[str, Images]:
    """The splits `train`, `test` and, where one is wanted, `validation`.

    Validation images are held out of the official training part before training images are chosen.
    The digits have no official split: a random fifth of them, drawn by `split_seed`, is the test.

    Args:
        settings: which images, how many, and what is done to them.
        data_folder: folder of data files; None means $DESCENT_DATA or the cache folder.

    Raises:
        SettingsError: a file is missing or damaged, or holds fewer images than are wanted.
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
    labels["train"] = _with_noise(labels["train"], settings)
    return {name: {"images": scaled[name], "labels": labels[name]} for name in splits}


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
    """The official parts of (Fashion-)MNIST."""
    arrays = read_arrays(settings.name, data_folder)

    def part(name: str) -> Part:
        pixels, labels = arrays[name, "images"], arrays[name, "labels"]
        images = torch.frombuffer(bytearray(pixels.values), dtype=torch.uint8)
        numbers = torch.frombuffer(bytearray(labels.values), dtype=torch.uint8).long()
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

    Standardised: minus the training pixels' mean, over their deviation, one number each.
    """
    largest = _LARGEST_PIXEL[settings.name]
    images = {name: pixels.float().div_(largest) for name, (pixels, _) in splits.items()}
    if not settings.standardise:
        return images
    mean = images["train"].mean(dtype=torch.float64).item()
    variance = (images["train"] - mean).square().mean(dtype=torch.float64).item()
    deviation = max(variance**0.5, 1e-12)
    return {name: each.sub_(mean).div_(deviation) for name, each in images.items()}


def _with_noise(labels: Tensor, settings: ImageSettings) -> Tensor:
    """The labels, a share of them drawn anew from all classes.

    An image's label is drawn whether or not it is used, so that more noise keeps what less did.
    """
    generator = torch.Generator().manual_seed(derive(settings.label_seed, "label noise"))
    is_noisy = torch.rand(len(labels), generator=generator) < settings.label_noise
    drawn = torch.randint(settings.classes, (len(labels),), generator=generator)
    return torch.where(is_noisy, drawn, labels)
