"""What double_descent_features accepts, and the one line for what it does not."""

import pytest
from pydantic import ValidationError

from experiments.command_line.catalog import find
from experiments.double_descent_features.configurations import wrong_settings
from experiments.double_descent_features.settings import (
    NEAR_ONE,
    DoubleDescentFeaturesSettings,
)
from research.records.plan import Plan, VariantPlan
from research.settings.document import read_document
from research.settings.resolve import resolve


def settings(**changes):
    return DoubleDescentFeaturesSettings.model_validate(changes)


def command_of(preset):
    document = read_document(find("double_descent_features").config)
    return resolve(document, DoubleDescentFeaturesSettings, preset)


def test_the_grid_has_the_threshold_and_its_neighbours():
    found = settings(data={"train_examples": 200}, ratios=[4, 0.5, 1])
    assert found.counts == (100, 180, 190, 200, 210, 220, 800)
    assert found.unit == 200
    assert settings(data={"train_examples": 8}, ratios=[0.05, 1]).counts == (1, 7, 8, 9)
    assert set(NEAR_ONE) == {0.9, 0.95, 1, 1.05, 1.1}


def test_images_vary():
    found = settings(sweep="samples", feature_count=100, ratios=[0.05, 1, 3])
    assert found.counts == (5, 90, 95, 100, 105, 110, 300)
    assert found.unit == 100


@pytest.mark.parametrize(
    ("changes", "message"),
    [
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
        assert each.settings.sigma == 5.0
        assert not each.settings.data.standardise
