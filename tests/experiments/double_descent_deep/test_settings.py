"""What can not be is refused in one line, and every preset is what it says."""

import pytest
from pydantic import ValidationError

from experiments.double_descent_deep.configurations import AT_LEAST, NAMED_BY_CLAIMS, WIDTHS
from experiments.double_descent_deep.settings import DoubleDescentDeepSettings
from research.evidence.claimed_settings import difference
from research.settings.resolve import resolve
from tests.experiments.double_descent_deep.synthetic import shipped


def settings_of(preset: str) -> dict[str, DoubleDescentDeepSettings]:
    command = resolve(shipped(), DoubleDescentDeepSettings, preset)
    return {name: each.settings for name, each in command.variants.items()}


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model": {"name": "mlp"}}, "'cnn5', 'resnet'"),
        ({"model": {"name": "cnn5", "width": 0}}, "greater than or equal to 1"),
        ({"model": {"name": "resnet", "blocks": []}}, "at least 1 item"),
        ({"model": {"name": "resnet", "blocks": [2, 0]}}, "greater than or equal to 1"),
        ({"batch_size": 50, "data": {"train_examples": 101}}, "leave a batch of 1, and batch norm"),
        ({"model": {"name": "cnn5", "shrink": 3}}, "at most 2 for digits"),
        ({"batch_size": 1}, "batch norm needs two"),
        ({"batch_size": 8, "micro_batch_size": 1}, "batch of 8 images leaves a part of 1, and bat"),
        ({"batch_size": 7, "last_batch": "drop", "micro_batch_size": 3}, "of 7 images leaves a pa"),
        ({"batch_size": 8, "data": {"train_examples": 43}, "micro_batch_size": 2}, "batch of 3 im"),
        ({"data": {"label_noise": 1.0}}, "less than 1"),
        ({"data": {"augmentation": "rotate"}}, "'none' or 'crop_flip'"),
        ({"data": {"name": "cifar10", "train_examples": 60_000}}, "at most 50000 of cifar10"),
    ],
)
def test_what_can_not_be(changes, words):
    with pytest.raises(ValidationError, match=words):
        DoubleDescentDeepSettings.model_validate(changes)


def test_a_last_batch_of_one_may_be_dropped():
    changes = {"batch_size": 50, "data": {"train_examples": 101}, "last_batch": "drop"}
    assert DoubleDescentDeepSettings.model_validate(changes).data.train_size == 101


@pytest.mark.parametrize("most", [2, 7, 16, 17, None])
def test_parts_of_two_images_and_more_are_fine(most):
    changes = {"batch_size": 16, "data": {"train_examples": 50}, "micro_batch_size": most}
    assert DoubleDescentDeepSettings.model_validate(changes).micro_batch_size == most


@pytest.mark.parametrize(
    ("preset", "variants"), [("quick", ["noise", "noise40", "clean"]), ("widths", WIDTHS)]
)
def test_the_presets_are_what_the_claims_are_about(preset, variants):
    shown = settings_of(preset)
    assert list(shown) == list(variants)
    for name, settings in shown.items():
        plain = settings.model_dump(mode="json")
        assert difference(plain, NAMED_BY_CLAIMS[name], AT_LEAST[name]) is None
        assert plain["trainer"]["max_steps"] % plain["evaluation"]["every"] == 0
        assert plain["trainer"]["checkpoint_every"] % plain["evaluation"]["every"] == 0


def test_the_paper():
    """Nakkiran et al. (2019): 4,000 epochs of 50,000 images in batches of 128."""
    paper = settings_of("paper")
    steps_an_epoch = -(-50_000 // 128)
    for name, settings in paper.items():
        assert settings.model.name == "resnet"
        assert name == f"resnet-k{settings.model.width}"
        assert settings.trainer.max_steps == 4000 * steps_an_epoch
        assert settings.data.augmentation == "crop_flip"
        assert (settings.data.name, settings.data.train_size) == ("cifar10", 50_000)
        assert (settings.data.label_noise, settings.data.noisy_labels) == (0.15, "wrong")
        assert (settings.optimizer.name, settings.optimizer.lr) == ("adam", 1e-4)
        assert not settings.fresh_statistics
    assert max(settings.model.width for settings in paper.values()) == 64
    for settings in settings_of("paper-cnn").values():
        assert (settings.model.name, settings.optimizer.name) == ("cnn5", "sgd")
        assert settings.data.augmentation == "none"
        assert settings.model.shrink == 1
