"""What heavy_tails_images refuses, and that its file means what its names say."""

import pytest
from pydantic import ValidationError

from experiments.heavy_tails_images.claims import CLAIMS
from experiments.heavy_tails_images.comparisons import ABOUT, AT_LEAST
from experiments.heavy_tails_images.methods import METHODS
from experiments.heavy_tails_images.settings import HeavyTailsImagesSettings
from research.evidence.claimed_settings import difference
from research.evidence.tuned_rates import grid_method
from research.settings.resolve import resolve
from tests.experiments.heavy_tails_images.made_up import shipped


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model": {"name": "cnn", "channels": [2] * 4}}, "expected at most 3 for digits"),
        ({"evaluation": {"train_examples": 100}}, "losses of the two halves"),
        ({"reweighting": "square"}, "'none', 'inverse_sqrt' or 'inverse'"),
        ({"data": {"bits": 9}}, "expected at most 8"),
        (
            {"model": {"name": "mlp", "batch_norm": True}, "batch_size": 2987},
            "2988 images leave a batch of 1",
        ),
    ],
)
def test_what_can_not_be_is_refused(changes, words):
    with pytest.raises(ValidationError, match=words):
        HeavyTailsImagesSettings.model_validate(changes)


@pytest.mark.parametrize("preset", ["quick", "paper"])
def test_every_variant_is_the_method_that_its_name_says(preset):
    command = resolve(shipped(), HeavyTailsImagesSettings, preset, None)
    methods = {grid_method(name) for name in command.variants}
    assert {method for claim in CLAIMS for method in claim.methods} == methods <= set(METHODS)
    for name, variant in command.variants.items():
        settings = variant.settings.model_dump(mode="json")
        wanted = METHODS[grid_method(name)].settings
        assert difference(settings, wanted) is None, name
        assert settings["optimizer"]["lr"] == float(name.rpartition("-lr")[2])
        assert settings["schedule"]["name"] == "constant"
        assert settings["watch"]["per_class_loss"] is not None


@pytest.mark.parametrize(("preset", "name"), [("quick", "digits"), ("paper", "mnist")])
def test_the_claims_are_about_quick_and_paper(preset, name):
    command = resolve(shipped(), HeavyTailsImagesSettings, preset, None)
    for variant in command.variants.values():
        settings = variant.settings.model_dump(mode="json")
        assert difference(settings, ABOUT[name], AT_LEAST[name]) is None
    assert set(map(tuple, command.runs.values())) == {(0, 1, 2)}


def test_the_papers_data_has_its_sizes():
    """50,000 images of 10 classes, 51,200 of 10,240 with barcodes: Kunstner et al. (2024)."""
    command = resolve(shipped(), HeavyTailsImagesSettings, "paper", None)
    data = next(iter(command.variants.values())).settings.data
    assert (data.classes, data.codes) == (10 + 10_240, 1024)
    assert data.train_size == 50_000 + 51_200
