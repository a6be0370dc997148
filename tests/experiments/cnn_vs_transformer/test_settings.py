"""What settings of cnn_vs_transformer are refused, and with which words."""

import pytest

from experiments.cnn_vs_transformer.settings import CnnVsTransformerSettings
from research.settings.errors import SettingsError
from research.settings.resolve import resolve
from tests.experiments.cnn_vs_transformer.made_up import make_plan, shipped

CNN, TEXT = "cnn-adam-lr0.01", "transformer-adam-lr0.003"


def refused(variant, preset="quick", **overrides):
    keys = {key.replace("__", "."): value for key, value in overrides.items()}
    with pytest.raises(SettingsError) as error:
        resolve(shipped(), CnnVsTransformerSettings, preset, [variant], overrides=keys)
    return str(error.value)


@pytest.mark.parametrize(
    ("variant", "overrides", "words"),
    [
        (CNN, {"data__name": "python_docs"}, "expected transformer, because data.name is python"),
        (TEXT, {"data__name": "mnist"}, "expected cnn, because data.name is mnist"),
        (CNN, {"model__channels": [2] * 5}, "expected at most 4 for fashion_mnist"),
        (CNN, {"model__batch_norm": True, "micro_batch_size": 1}, "images leaves a part of 1, and"),
        (TEXT, {"model__output_classes": 5}, "null: one for each token"),
        (TEXT, {"model__heads": 7}, "a divisor of the width 64"),
        (CNN, {"data__name": "penguins"}, "data.name"),
    ],
)
def test_refused(variant, overrides, words):
    assert words in refused(variant, **overrides)


def test_blocks_of_smaller_images():
    words = refused(CNN, "digits", model__channels=[2] * 4)
    assert "model.channels is [2, 2, 2, 2], expected at most 3 for digits" in words


@pytest.mark.parametrize(
    ("images", "batch", "last", "fine"),
    [
        (65, 64, "keep", False),
        (65, 64, "drop", True),
        (66, 64, "keep", True),
        (1, 64, "drop", False),
    ],
)
def test_batch_norm_needs_two_images(images, batch, last, fine):
    overrides = {
        "data.train_examples": images,
        "batch_size": batch,
        "last_batch": last,
        "model.batch_norm": True,
    }
    if fine:
        resolve(shipped(), CnnVsTransformerSettings, "quick", [CNN], overrides=overrides)
    else:
        words = {key.replace(".", "__"): value for key, value in overrides.items()}
        assert "has one image" in refused(CNN, **words)


@pytest.mark.parametrize("preset", ["smoke", "quick", "digits", "mnist", "cifar10", "paper"])
def test_every_preset_compares_a_cnn_and_a_transformer_at_constant_rates(preset):
    plan = make_plan(preset)
    assert {plan.variants[name].settings["model"]["name"] for name in plan.runs} == {
        "cnn",
        "transformer",
    }
    for name in plan.runs:
        settings = plan.variants[name].settings
        assert settings["schedule"]["name"] == "constant"
        assert float(name.rpartition("-lr")[2]) == settings["optimizer"]["lr"]
        assert settings["optimizer"]["name"] == ("adam" if "-adam-" in name else "heavy_ball")


def test_what_is_evaluated():
    plan = make_plan()
    model = CnnVsTransformerSettings
    assert model.model_validate(plan.variants[CNN].settings).splits() == ("train", "test")
    assert model.model_validate(plan.variants[TEXT].settings).splits() == ("train", "validation")
