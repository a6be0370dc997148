"""Images with barcodes: a data set of images whose classes have heavy tails, as words have.

Ten frequent classes, and many rare ones that look much like them: an image with a code of bright
pixels at its edge is of a class of its own, told from others by code and content together. Kunstner
et al. (2024, arXiv 2402.19449, MNIST with barcodes) show with such data that SGD falls behind Adam
on images too, once classes are as unequal as those of language.
"""

import torch
from torch import Tensor

from research.data.images import Images, load_images
from research.seeds import derive
from research.settings.barcodes import BarcodedImageSettings
from research.settings.errors import SettingsError

_BRIGHTEST = 1.0


def load_barcoded_images(
    settings: BarcodedImageSettings, data_folder: str | None = None
) -> dict[str, Images]:
    """The splits of `load_images`, each followed by its copies with barcodes.

    The copies of a split are made of images of that split, drawn with replacement by `split_seed`.
    Class 10 (1 + c) + k is the c-th code on an image of class k; see `barcodes`. Pixels are
    standardised last, over the images with and without codes together.

    Raises:
        SettingsError: as `load_images`, or a split has no image of some class to draw a code into.
    """
    plain = load_images(settings.model_copy(update={"standardise": False}), data_folder)
    splits: dict[str, Images] = {}
    for name, split in plain.items():
        copies = settings.images_per_class if name == "train" else settings.test_images_per_class
        own = {column: split[column] for column in ("images", "labels")}
        added = _with_codes(own, settings, copies, name)
        splits[name] = {column: torch.cat([own[column], added[column]]) for column in own}
    if settings.standardise:
        _standardise([split["images"] for split in splits.values()], settings)
    return splits


def barcodes(settings: BarcodedImageSettings) -> Tensor:
    """The codes, [codes, bits], truth values: the binary numbers from 1 on, or from 0.

    The first bit is the one that counts most.
    """
    numbers = torch.arange(2**settings.bits - settings.codes, 2**settings.bits)
    places = torch.arange(settings.bits - 1, -1, -1)
    return (numbers[:, None] >> places & 1).bool()


def draw_barcodes(images: Tensor, codes: Tensor, settings: BarcodedImageSettings) -> Tensor:
    """Copies of images, bright where a bit of their codes is true.

    Args:
        images: [n, channels, height, width], pixels in [0, 1].
        codes: one of each image, [n, bits].
        settings: where each bit is.
    """
    drawn = images.clone()
    for bit, (row, column) in enumerate(settings.code_pixels):
        drawn[codes[:, bit], :, row, column] = _BRIGHTEST
    return drawn


def _with_codes(split: Images, settings: BarcodedImageSettings, copies: int, name: str) -> Images:
    """The images with barcodes of a split, ordered by code, then by what they show."""
    codes, shown = barcodes(settings), settings.plain_classes
    chosen = torch.stack(
        [
            _draw(split["labels"], shows, (len(codes), copies), settings.split_seed, name)
            for shows in range(shown)
        ],
        dim=1,
    )  # [codes, shown, copies]
    of_each = codes[:, None, None].expand(*chosen.shape, -1).reshape(-1, settings.bits)
    images = draw_barcodes(split["images"][chosen.flatten()], of_each, settings)
    labels = torch.arange(shown, settings.classes).repeat_interleave(copies)
    return {"images": images, "labels": labels}


def _draw(labels: Tensor, shows: int, shape: tuple[int, int], seed: int, split: str) -> Tensor:
    """Indices of images of a class, drawn with replacement: [codes, copies]."""
    candidates = (labels == shows).nonzero().flatten()
    if not len(candidates):
        raise SettingsError(
            f"none of the {len(labels)} images of {split} is of class {shows}, expected one at"
            " least to draw barcodes into: more data.train_examples, data.validation_examples or"
            " data.test_examples"
        )
    generator = torch.Generator().manual_seed(derive(seed, f"barcodes of {split}", shows))
    return candidates[torch.randint(len(candidates), shape, generator=generator)]


def _standardise(splits: list[Tensor], settings: BarcodedImageSettings) -> None:
    """Changes pixels in place: minus the training mean, over the deviation, by channel or pixel.

    A pixel that is the same in all training images keeps its value but for the mean.
    """
    dims = (0,) if settings.standardise_each_pixel else (0, 2, 3)
    train = splits[0].double()
    mean = train.mean(dim=dims, keepdim=True)
    deviation = train.var(dim=dims, keepdim=True, unbiased=False).sqrt()
    deviation[deviation < 1e-12] = 1.0
    for images in splits:
        images.sub_(mean.float()).div_(deviation.float())
