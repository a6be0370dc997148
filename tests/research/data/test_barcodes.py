"""Images with barcodes: who is copied, which pixels are bright, what the classes are."""

import pytest
import torch
from pydantic import ValidationError

from research.data.barcodes import barcodes, draw_barcodes, load_barcoded_images
from research.data.images import load_images
from research.image_task import ImageTask
from research.settings.barcodes import BarcodedImageSettings
from research.settings.errors import SettingsError
from research.settings.images import ImageSettings
from research.settings.models import CNNSettings
from tests.research.data.idx import write_image_set


def made(**changes: object) -> BarcodedImageSettings:
    return BarcodedImageSettings.model_validate(
        {"bits": 3, "images_per_class": 2, "standardise": False, **changes}
    )


@pytest.fixture(scope="module")
def splits():
    return load_barcoded_images(made(validation_examples=100, test_images_per_class=3))


def slow_code(image: torch.Tensor, number: int, bits: int) -> torch.Tensor:
    """The image with one pixel after the other made bright, as binary digits say."""
    image = image.clone()
    for place, digit in enumerate(format(number, f"0{bits}b")):
        if digit == "1":
            image[0, place, 0] = 1.0
    return image


def test_every_copy_is_an_image_of_its_split_with_its_code(splits):
    """Classes in order: of code 1 all ten digits, then of code 2; two or three copies each."""
    plain = load_images(ImageSettings(standardise=False, validation_examples=100))
    assert list(splits) == ["train", "validation", "test"]
    for name, split in splits.items():
        images, labels = plain[name]["images"], plain[name]["labels"]
        n, copies = len(labels), 2 if name == "train" else 3
        assert torch.equal(split["images"][:n], images)
        assert torch.equal(split["labels"][:n], labels)
        assert len(split["labels"]) == n + 7 * 10 * copies
        rest = zip(split["images"][n:], split["labels"][n:].tolist(), strict=True)
        for index, (image, label) in enumerate(rest):
            assert label == 10 + index // copies
            code, shows = (label - 10) // 10 + 1, (label - 10) % 10
            originals = images[labels == shows]
            assert any(torch.equal(slow_code(each, code, 3), image) for each in originals)


def test_copies_are_drawn_anew_for_every_class_and_are_the_same_every_time(splits):
    again = load_barcoded_images(made(validation_examples=100, test_images_per_class=3))
    assert torch.equal(again["train"]["images"], splits["train"]["images"])
    other = load_barcoded_images(made(split_seed=1))
    assert not torch.equal(other["test"]["images"][:359], splits["test"]["images"][:359])
    without_codes = splits["train"]["images"][1338:, :, :, 1:].flatten(1)
    assert len({row.numpy().tobytes() for row in without_codes}) > 100, "of 140 copies"


def test_codes_are_the_binary_numbers():
    assert barcodes(made(bits=2)).int().tolist() == [[0, 1], [1, 0], [1, 1]]
    assert barcodes(made(bits=2, empty_code=True)).int().tolist()[:2] == [[0, 0], [0, 1]]
    assert barcodes(made(bits=3))[4].int().tolist() == [1, 0, 1]


def test_an_image_of_several_channels_is_bright_in_all_of_them_in_its_first_row():
    images = torch.zeros(2, 3, 32, 32)
    codes = torch.tensor([[True, False], [False, True]])
    drawn = draw_barcodes(images, codes, made(name="cifar10", bits=2))
    assert drawn.nonzero().tolist() == [[0, c, 0, 0] for c in range(3)] + [
        [1, c, 0, 1] for c in range(3)
    ]
    assert not images.any(), "the images themselves stay"


@pytest.mark.parametrize("each_pixel", [False, True])
def test_pixels_are_standardised_over_all_training_images(splits, each_pixel):
    changes = {"standardise": True, "standardise_each_pixel": each_pixel}
    found = load_barcoded_images(made(validation_examples=100, test_images_per_class=3, **changes))
    raw = splits["train"]["images"].double()
    for row in range(8):
        for column in range(8):
            pixels = raw[:, 0, row, column] if each_pixel else raw
            mean, deviation = pixels.mean(), pixels.std(unbiased=False)
            for name in ("train", "test"):
                expected = splits[name]["images"][:, 0, row, column] - mean
                if deviation > 0:
                    expected = expected / deviation
                pixel = found[name]["images"][:, 0, row, column].double()
                assert torch.allclose(pixel, expected.double(), atol=2e-5)


def test_a_pixel_that_never_changes_is_not_divided_by_zero():
    images = load_barcoded_images(made(standardise=True, standardise_each_pixel=True))["train"]
    constant = images["images"].std(dim=0) == 0
    assert constant.sum() >= 1, "a corner of the digits is blank"
    assert not images["images"][:, constant].any()
    assert images["images"].isfinite().all()


def test_a_class_without_images_is_told_in_one_line():
    with pytest.raises(SettingsError, match="none of the 5 images of test is of class"):
        load_barcoded_images(made(test_examples=5))


def test_files_work_as_digits_do(tmp_path):
    write_image_set(tmp_path, "mnist", train=200, test=200)
    settings = made(name="mnist", bits=4, allow_unofficial=True)
    found = load_barcoded_images(settings, str(tmp_path))
    assert found["train"]["images"].shape[1:] == (1, 28, 28)
    added = found["train"]["images"][-2:]
    assert added[:, 0, 0, :4].eq(1).all(), "the last code is all ones"


def test_the_settings_count_what_the_loader_makes(splits):
    settings = made(validation_examples=100)
    assert (settings.codes, settings.classes, settings.train_size) == (7, 80, 1338 + 140)
    assert len(splits["train"]["labels"]) == settings.train_size
    empty = made(empty_code=True)
    assert (empty.codes, empty.classes, empty.train_size) == (8, 90, 1438 + 160)


def test_a_task_of_them_has_all_classes():
    model = CNNSettings(channels=(2,), hidden=None)
    task = ImageTask(made(), model, reweighting="inverse")
    logits = task.outputs(task.model, task.splits["test"])
    assert logits.shape == (359 + 70, 80)
    assert task.weights.weights[10:].eq(task.weights.weights[10]).all()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"bits": 9}, "expected at most 8 for digits"),
        ({"bits": 0}, "greater than or equal to 1"),
        ({"label_noise": 0.1}, "expected 0, because barcodes"),
        ({"augmentation": "crop_flip"}, "expected none, because shifts"),
        ({"standardise_each_pixel": True}, "expected false where standardise is"),
    ],
)
def test_what_can_not_be_is_refused(changes, words):
    with pytest.raises(ValidationError, match=words):
        made(**changes)
