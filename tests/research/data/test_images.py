"""Images as tensors: who is in which split, how pixels are scaled, whose labels are drawn anew."""

import os

import numpy
import pytest
import torch
from pydantic import ValidationError
from sklearn.datasets import load_digits

from research.data.image_files import check_files
from research.data.images import load_images
from research.settings.errors import SettingsError
from research.settings.images import ImageSettings
from tests.research.data.idx import write_image_set


def rows(images: torch.Tensor) -> list[bytes]:
    return [image.numpy().tobytes() for image in images]


def raw(**changes: object) -> dict[str, dict[str, torch.Tensor]]:
    return load_images(ImageSettings.model_validate({"standardise": False, **changes}))


def test_the_digits_are_all_there_once():
    splits = raw(validation_examples=100)
    assert {name: len(split["labels"]) for name, split in splits.items()} == {
        "train": 1338,
        "validation": 100,
        "test": 359,
    }
    for split in splits.values():
        assert split["images"].shape[1:] == (1, 8, 8)
        assert (split["images"].dtype, split["labels"].dtype) == (torch.float32, torch.int64)
    found = [row for split in splits.values() for row in rows(split["images"])]
    expected = (load_digits().images / 16).astype(numpy.float32)
    assert sorted(found) == sorted(image.tobytes() for image in expected)


def test_every_image_keeps_its_label():
    digits = load_digits()
    labels = {
        (image / 16).astype(numpy.float32).tobytes(): int(label)
        for image, label in zip(digits.images, digits.target, strict=True)
    }
    for split in raw().values():
        assert [labels[row] for row in rows(split["images"])] == split["labels"].tolist()


def test_no_validation_unless_wanted():
    assert raw().keys() == {"train", "test"}


def test_fewer_training_images_are_a_part_of_more_and_the_others_stay():
    few, many = (raw(train_examples=n, validation_examples=50) for n in (100, 300))
    assert rows(many["train"]["images"])[:100] == rows(few["train"]["images"])
    for name in ("validation", "test"):
        assert torch.equal(few[name]["images"], many[name]["images"])


def test_another_seed_is_another_split():
    first, again, other = (raw(split_seed=seed)["test"]["images"] for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_standardised_by_the_training_images_alone():
    plain = raw(train_examples=200)
    splits = load_images(ImageSettings(train_examples=200))
    pixels = plain["train"]["images"].double()
    for name in ("train", "test"):
        expected = (plain[name]["images"] - pixels.mean()) / pixels.std(correction=0)
        assert torch.allclose(splits[name]["images"].double(), expected.double(), atol=1e-6)


class TestLabelNoise:
    def changed(self, **changes: object) -> torch.Tensor:
        return raw(**changes)["train"]["labels"] != raw()["train"]["labels"]

    def test_that_share_is_drawn_anew_and_a_tenth_of_it_stays_right(self):
        assert float(self.changed(label_noise=0.5).float().mean()) == pytest.approx(0.45, abs=0.04)
        assert float(self.changed(label_noise=1.0).float().mean()) == pytest.approx(0.9, abs=0.03)

    def test_less_noise_is_a_part_of_more(self):
        less, more = self.changed(label_noise=0.2), self.changed(label_noise=0.6)
        assert bool((more | ~less).all())
        noisy = [raw(label_noise=share)["train"]["labels"] for share in (0.2, 0.6)]
        assert torch.equal(noisy[0][less], noisy[1][less])

    def test_test_labels_stay_right_and_another_seed_draws_others(self):
        assert torch.equal(raw(label_noise=1.0)["test"]["labels"], raw()["test"]["labels"])
        seeds = [raw(label_noise=1.0, label_seed=seed)["train"]["labels"] for seed in (0, 1)]
        assert not torch.equal(*seeds)


class TestFiles:
    def test_pixels_and_labels_of_the_official_parts(self, tmp_path):
        written = write_image_set(tmp_path, "mnist")
        settings = ImageSettings(name="mnist", standardise=False, validation_examples=10)
        splits = load_images(settings, str(tmp_path))
        assert [len(splits[name]["labels"]) for name in ("train", "validation", "test")] == [
            50,
            10,
            20,
        ]
        for part, names in (("train", ("train", "validation")), ("test", ("test",))):
            expected = (written[part, "images"] / 255).astype(numpy.float32)
            labels = {
                image.tobytes(): int(label)
                for image, label in zip(expected, written[part, "labels"], strict=True)
            }
            assert len(labels) == sum(len(splits[name]["labels"]) for name in names)
            for name in names:
                found = [labels[row] for row in rows(splits[name]["images"])]
                assert found == splits[name]["labels"].tolist()

    def test_more_than_the_files_hold(self, tmp_path):
        write_image_set(tmp_path)
        settings = ImageSettings(name="fashion_mnist", train_examples=61)
        with pytest.raises(SettingsError, match="61 images are wanted where the data has 60"):
            load_images(settings, str(tmp_path))

    @pytest.mark.parametrize("name", ["mnist", "fashion_mnist"])
    def test_the_real_ones(self, name):
        if not os.environ.get("DESCENT_DATA"):
            pytest.skip("DESCENT_DATA names no folder with the real files")
        check_files(name, None)
        splits = load_images(ImageSettings(name=name, test_examples=10_000, train_examples=100))
        assert splits["test"]["images"].shape == (10_000, 1, 28, 28)
        counts = splits["test"]["labels"].bincount()
        assert len(counts) == 10
        assert name == "mnist" or counts.tolist() == [1000] * 10


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"train_examples": 1439}, "expected at most 1438 of digits"),
        ({"train_examples": 1400, "validation_examples": 100}, "expected at most 1338 of digits"),
        ({"validation_examples": 1438}, "expected fewer than 1438"),
        ({"test_examples": 360}, "expected at most 359 of digits"),
        ({"name": "mnist", "test_examples": 10_001}, "expected at most 10000 of mnist"),
        ({"label_noise": 1.1}, "less than or equal to 1"),
        ({"name": "cifar"}, "'digits', 'mnist' or 'fashion_mnist'"),
    ],
)
def test_what_can_not_be(wrong, words):
    with pytest.raises(ValidationError, match=words):
        ImageSettings.model_validate(wrong)
