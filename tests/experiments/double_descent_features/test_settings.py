"""What double_descent_features accepts, and the one line for what it does not."""

import pytest
from pydantic import ValidationError

from experiments.command_line.catalog import find
from experiments.double_descent_features.configurations import wrong_settings
from experiments.double_descent_features.settings import (
    NEAR_ONE,
    SIGMAS,
    DoubleDescentFeaturesSettings,
)
from research.records.plan import Plan, VariantPlan
from research.settings.document import read_document
from research.settings.resolve import resolve


def settings(**changes):
    data = {"standardise": False, **changes.pop("data", {})}
    return DoubleDescentFeaturesSettings.model_validate({"data": data, **changes})


def command_of(preset):
    document = read_document(find("double_descent_features").config)
    return resolve(document, DoubleDescentFeaturesSettings, preset)


def test_the_grid_has_the_threshold_and_its_neighbours():
    found = settings(data={"train_examples": 200}, ratios=[0.5, 1, 4])
    assert found.counts == (100, 180, 190, 200, 210, 220, 800)
    assert found.unit == 200
    assert settings(data={"train_examples": 8}, ratios=[0.1, 1]).counts == (1, 7, 8, 9)
    assert set(NEAR_ONE) == {0.9, 0.95, 1, 1.05, 1.1}


def test_images_vary():
    found = settings(sweep="samples", feature_count=100, ratios=[0.05, 1, 3])
    assert found.counts == (5, 90, 95, 100, 105, 110, 300)
    assert found.unit == 100


def test_images_that_vary_come_from_all_that_there_are():
    few = settings(sweep="samples", data={"train_examples": 100}, ratios=[0.05, 1, 3.5])
    assert few.counts[-1] == 1400
    assert few.images == settings(sweep="samples", ratios=[0.05, 1]).images == 1438
    held_out = settings(sweep="samples", data={"validation_examples": 38}, ratios=[0.05, 1])
    assert held_out.images == 1400
    assert settings(data={"train_examples": 100}).images == 100


def test_no_sigma_means_that_of_the_images():
    for name, sigma in SIGMAS.items():
        assert settings(data={"name": name, "train_examples": 100}).kernel_width == sigma
    assert settings(data={"train_examples": 100}, sigma=0.7).kernel_width == 0.7
    standardised = {"standardise": True, "train_examples": 100}
    assert settings(data=standardised, sigma=0.7).kernel_width == 0.7
    assert settings(data=standardised, features="relu").features == "relu"
    assert not DoubleDescentFeaturesSettings().data.standardise


@pytest.mark.parametrize("preset", ["smoke", "quick"])
def test_fewer_images_go_with_every_variant(preset):
    document = read_document(find("double_descent_features").config)
    flag = {"data.train_examples": 500}
    command = resolve(document, DoubleDescentFeaturesSettings, preset, overrides=flag)
    for each in command.variants.values():
        assert each.settings.data.train_examples == 500


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ratios": [4, 1, 0.5]}, "ratios is [4.0, 1.0, 0.5], expected different ratios in rising"),
        ({"ratios": [0.5, 0.5, 1]}, "expected different ratios in rising order"),
        (
            {"ratios": [0.00001, 1]},
            "ratios is [1e-05, 1.0], expected ratios that give a feature or more each,"
            " where n = 1438",
        ),
        (
            {"sweep": "samples", "ratios": [0.001, 1]},
            "expected ratios that give a training image or more each, where N = 400",
        ),
        (
            {"data": {"augmentation": "crop_flip"}},
            "data.augmentation is crop_flip, expected none",
        ),
        (
            {"data": {"standardise": True}},
            "sigma is null, expected a number where data.standardise is true",
        ),
        ({"ratios": [0.5, 2]}, "ratios is [0.5, 2.0], expected 1 among them, where the peak is"),
        (
            {"sweep": "samples", "feature_count": 400, "ratios": [1, 4]},
            "feature_count is 400, so that ratio 4 asks for 1600 training images,"
            " expected at most the 1438 that there are",
        ),
        (
            {"sweep": "samples", "feature_count": 1400, "ratios": [1]},
            "feature_count is 1400, so that ratio 1.1 asks for 1540 training images,"
            " expected at most the 1438 that there are",
        ),
        (
            {"data": {"name": "mnist"}},
            "data.train_examples is 60000, expected at most 20000, since a matrix of that size",
        ),
        (
            {"sweep": "samples", "data": {"name": "mnist"}, "feature_count": 20001, "ratios": [1]},
            "feature_count is 20001, expected at most 20000",
        ),
        ({"data": {"train_examples": 1439}}, "expected at most 1438 of digits"),
        ({"data": {"label_noise": 1.0}}, "less than 1"),
        ({"data": {"label_noise": -0.1}}, "greater than or equal to 0"),
        ({"ratios": []}, "at least 1 item"),
        ({"ratios": [0, 1]}, "greater than 0"),
        ({"features": "sine"}, "'fourier' or 'relu'"),
    ],
)
def test_what_can_not_be(changes, message):
    with pytest.raises(ValidationError) as error:
        settings(**changes)
    assert message in str(error.value)


@pytest.mark.parametrize("preset", ["quick", "mnist", "fashion", "samples"])
def test_claims_are_about_the_shipped_presets(preset):
    """Also those that name other images, which starts from the defaults of image settings."""
    command = command_of(preset)
    variants = {
        name: VariantPlan(label=name, settings=each.settings.model_dump(mode="json"))
        for name, each in command.variants.items()
    }
    plan = Plan(experiment="x", variants=variants, runs=command.runs, workers=1)
    assert variants
    assert wrong_settings(plan) == {}


def test_the_paper_has_ten_thousand_images():
    command = command_of("paper")
    for each in command.variants.values():
        assert each.settings.counts[-1] == 200_000
        assert each.settings.kernel_width == 5.0
        assert not each.settings.data.standardise
