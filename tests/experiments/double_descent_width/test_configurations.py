"""The shipped file against the claims, and the preset `paper` against its source."""

import pytest

from experiments.command_line.catalog import find
from experiments.double_descent_width.claims import AT_LEAST, CLAIMS, NAMED_BY_CLAIMS
from experiments.double_descent_width.numbers import NEAR
from research.evidence.claimed_settings import difference
from research.settings.document import read_document
from research.settings.resolve import resolve

EXPERIMENT = find("double_descent_width")


def variants(preset):
    document = read_document(EXPERIMENT.config)
    found = resolve(document, EXPERIMENT.settings_class(), preset).variants
    return {name: each.settings for name, each in found.items()}


SHIPPED = {**variants("quick"), **variants("mnist"), **variants("paper")}


@pytest.mark.parametrize("variant", NAMED_BY_CLAIMS)
def test_what_is_shipped_is_what_the_claims_are_about(variant):
    plain = SHIPPED[variant].model_dump(mode="json")
    assert difference(plain, NAMED_BY_CLAIMS[variant], AT_LEAST[variant]) is None


def test_every_variant_of_a_claim_has_its_settings():
    assert {name for each in CLAIMS for name in each.variants} <= set(NAMED_BY_CLAIMS)


@pytest.mark.parametrize("variant", SHIPPED)
def test_the_widths_cover_the_peak(variant):
    settings = SHIPPED[variant]
    shares = [settings.parameters(width) / settings.threshold for width in settings.widths]
    for stop in {1.0, settings.reuse_until or 1.0}:
        inside = [share for share in shares if NEAR[0] * stop <= share <= NEAR[1] * stop]
        assert len(inside) >= 3
        assert shares[0] < NEAR[0] * stop and shares[-1] > NEAR[1] * stop


def test_paper_is_the_source_s():
    """27 widths, momentum .95, lr .01 times .9 every 500 epochs up to H = 50, batch 128."""
    settings = SHIPPED["belkin"]
    assert (settings.data.name, settings.data.train_size) == ("mnist", 4000)
    assert (settings.data.label_noise, settings.data.standardise) == (0, False)
    assert (len(settings.widths), settings.widths[0], settings.widths[-1]) == (27, 1, 250)
    reusing = [w for i, w in enumerate(settings.widths) if settings.reuses(i)]
    assert (reusing[0], reusing[-1]) == (3, 50)
    assert (settings.epochs, settings.batch_size, settings.networks) == (6000, 128, 1)
    assert (settings.optimizer.name, settings.optimizer.lr, settings.optimizer.momentum) == (
        "heavy_ball",
        0.01,
        0.95,
    )
    steps_of_an_epoch = -(-4000 // 128)
    assert settings.schedule.every == 500 * steps_of_an_epoch
    assert (settings.schedule.gamma, settings.schedule_beyond.name) == (0.9, "constant")
    scratch = SHIPPED["belkin-scratch"]
    assert scratch == settings.model_copy(update={"reuse_until": 0.0})
