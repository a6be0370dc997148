"""The shipped file against the claims, the house's rules and the source."""

import pytest

from experiments.command_line.catalog import find
from experiments.heavy_tails.claims import CLAIMS
from experiments.heavy_tails.configurations import AT_LEAST, NAMED_BY_CLAIMS
from experiments.heavy_tails.settings import OPTIMIZERS
from research.evidence.claimed_settings import difference
from research.evidence.tuned_rates import Trial, choose
from research.settings.document import read_document
from research.settings.resolve import resolve

EXPERIMENT = find("heavy_tails")
UNTUNED = ("one-hot", "growth-fixed")


def resolved(preset):
    return resolve(read_document(EXPERIMENT.config), EXPERIMENT.settings_class(), preset)


PRESETS = {name: resolved(name) for name in ("quick", "reweighted", "separable", "paper")}
SHIPPED = {
    name: each.settings for preset in PRESETS.values() for name, each in preset.variants.items()
}


@pytest.mark.parametrize("variant", NAMED_BY_CLAIMS)
def test_what_is_shipped_is_what_the_claims_are_about(variant):
    plain = SHIPPED[variant].model_dump(mode="json")
    assert difference(plain, NAMED_BY_CLAIMS[variant], AT_LEAST.get(variant)) is None


def test_every_variant_of_a_claim_has_its_settings():
    assert {name for each in CLAIMS for name in each.variants} == set(NAMED_BY_CLAIMS)
    assert len({each.claim.id for each in CLAIMS}) == len(CLAIMS)


@pytest.mark.parametrize("variant", [name for name in SHIPPED if name not in UNTUNED])
def test_tuned_methods_have_grids_of_half_decades(variant):
    for method in OPTIMIZERS:
        rates = SHIPPED[variant].rates.of(method)
        tried = [Trial(method, rate, 0, variant, 1.0) for rate in rates]
        assert len(rates) not in {1, 2}
        assert choose(tried, method).is_half_decade


@pytest.mark.parametrize("preset", PRESETS)
def test_what_is_random_has_three_seeds(preset):
    for variant, seeds in PRESETS[preset].runs.items():
        assert list(seeds) == ([0] if variant == "one-hot" else [0, 1, 2])


def test_paper_is_the_source_s_linear_softmax():
    """22,528 examples, 2,047 classes, 1,000 steps; the rates of its figure are in the grids."""
    settings = SHIPPED["paper-softmax"]
    assert (settings.problem.m, settings.steps, settings.target) == (11, 1000, None)
    assert 1e-3 in settings.rates.gdm and 3.16e-4 in settings.rates.adam
