"""Images as tensors: who is in which split, how pixels are scaled, whose labels are drawn anew."""

import hashlib
import os

import numpy
import pytest
import torch
from pydantic import ValidationError
from sklearn.datasets import load_digits

from research.data.images import load_images
from research.data.local_files import data_folder, find_files
from research.settings.errors import SettingsError
from research.settings.images import ImageSettings
from tests.research.data.cifar import write_batches
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
    def labels(self, **changes: object) -> torch.Tensor:
        return raw(**changes)["train"]["labels"]

    def changed(self, **changes: object) -> torch.Tensor:
        return self.labels(**changes) != self.labels()

    def test_that_share_is_wrong_or_nine_tenths_of_it(self):
        # 1438 labels: three standard deviations are 0.04
        for share in (0.2, 0.5):
            wrong = float(self.changed(label_noise=share).float().mean())
            some_right = self.changed(label_noise=share, noisy_labels="any").float().mean()
            assert wrong == pytest.approx(share, abs=0.04)
            assert float(some_right) == pytest.approx(0.9 * share, abs=0.04)

    def test_each_wrong_class_is_as_likely_as_another(self):
        shifts = (self.labels(label_noise=0.99) - self.labels())[self.changed(label_noise=0.99)]
        counts = (shifts % 10).bincount(minlength=10)
        n = int(counts.sum())
        assert counts[0] == 0
        chi_squared = float(((counts[1:] - n / 9) ** 2 / (n / 9)).sum())
        assert chi_squared < 26.1  # 0.1 % of the chi-squared distribution of 8 degrees

    @pytest.mark.parametrize("kind", ["wrong", "any"])
    def test_less_noise_is_a_part_of_more(self, kind):
        less, more = (self.changed(label_noise=p, noisy_labels=kind) for p in (0.2, 0.6))
        assert bool((more | ~less).all())
        noisy = [self.labels(label_noise=share, noisy_labels=kind) for share in (0.2, 0.6)]
        assert torch.equal(noisy[0][less], noisy[1][less])

    def test_the_noise_of_fewer_images_is_a_part_of_that_of_more(self):
        few, many = (self.labels(label_noise=0.3, train_examples=n) for n in (101, 1000))
        assert torch.equal(few, many[:101])

    def test_the_true_labels_stay_at_hand(self):
        noisy, clean = raw(label_noise=0.4), raw()
        assert torch.equal(noisy["train"]["true_labels"], clean["train"]["labels"])
        assert torch.equal(clean["train"]["true_labels"], clean["train"]["labels"])
        assert "true_labels" not in noisy["test"]

    def test_other_labels_stay_right_and_another_seed_draws_others(self):
        noisy, clean = (raw(label_noise=p, validation_examples=99) for p in (0.9, 0.0))
        for name in ("test", "validation"):
            assert torch.equal(noisy[name]["labels"], clean[name]["labels"])
        for kind in ("wrong", "any"):
            whose = [
                self.changed(label_noise=0.5, noisy_labels=kind, label_seed=seed) for seed in (0, 1)
            ]
            assert not torch.equal(*whose)
        seeds = [self.labels(label_noise=0.99, label_seed=seed) for seed in (0, 1)]
        assert float((seeds[0] != seeds[1]).float().mean()) > 0.8

    def test_any_class_is_drawn_as_it_always_was(self):
        labels = self.labels(label_noise=0.2, noisy_labels="any").numpy().tobytes()
        assert hashlib.sha1(labels).hexdigest() == "25abe7ee7f21a36bdcea75335cd5db0b15d373c7"


class TestFiles:
    def test_pixels_and_labels_of_the_official_parts(self, tmp_path):
        written = write_image_set(tmp_path, "mnist")
        settings = ImageSettings(
            name="mnist", allow_unofficial=True, standardise=False, validation_examples=10
        )
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
        settings = ImageSettings(name="fashion_mnist", allow_unofficial=True, train_examples=61)
        with pytest.raises(SettingsError, match="61 images are wanted where the data has 60"):
            load_images(settings, str(tmp_path))

    def test_what_is_not_official_is_refused_unless_it_is_allowed(self, tmp_path):
        write_image_set(tmp_path)
        with pytest.raises(SettingsError, match="has SHA-256"):
            load_images(ImageSettings(name="fashion_mnist"), str(tmp_path))

    def test_each_channel_of_colours_is_standardised(self, tmp_path):
        written = write_batches(tmp_path)
        settings = ImageSettings(name="cifar10", allow_unofficial=True)
        splits = load_images(settings, str(tmp_path))
        pixels = written["train", "images"] / 255
        mean, deviation = (
            f(pixels, axis=(0, 2, 3), keepdims=True) for f in (numpy.mean, numpy.std)
        )
        for part in ("train", "test"):
            expected = ((written[part, "images"] / 255 - mean) / deviation).astype(numpy.float32)
            by_label = zip(written[part, "labels"].tolist(), expected.sum((1, 2, 3)), strict=True)
            labels = splits[part]["labels"].tolist()
            sums = splits[part]["images"].sum((1, 2, 3)).tolist()
            found = sorted(zip(labels, sums, strict=True))
            assert [label for label, _ in found] == sorted(labels)
            assert found == [
                (label, pytest.approx(float(total), abs=1e-2)) for label, total in sorted(by_label)
            ]

    @pytest.mark.parametrize("name", ["mnist", "fashion_mnist", "cifar10"])
    def test_the_real_ones(self, name):
        if not os.environ.get("DESCENT_DATA") or find_files(name, data_folder(None))[1]:
            pytest.skip("DESCENT_DATA names no folder with the real files")
        settings = ImageSettings(
            name=name,
            allow_unofficial=name == "cifar10",
            test_examples=10_000,
            train_examples=100,
        )
        splits = load_images(settings)
        assert splits["test"]["images"].shape == (10_000, *settings.shape)
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
        ({"label_noise": 1.0}, "less than 1"),
        ({"label_noise": -0.1}, "greater than or equal to 0"),
        ({"noisy_labels": "all"}, "'wrong' or 'any'"),
        ({"name": "cifar10", "train_examples": 50_001}, "expected at most 50000 of cifar10"),
        ({"name": "cifar"}, "'digits', 'mnist', 'fashion_mnist' or 'cifar10'"),
    ],
)
def test_what_can_not_be(wrong, words):
    with pytest.raises(ValidationError, match=words):
        ImageSettings.model_validate(wrong)
