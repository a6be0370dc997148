"""What is refused, and that what is shipped is what the claims are about."""

import pytest
from PIL import Image
from pydantic import ValidationError

from experiments.command_line.catalog import find
from experiments.multi_point.claims import AT_LEAST, CLAIMS, NAMED_BY_CLAIMS
from experiments.multi_point.settings import MultiPointSettings
from research.evidence.claimed_settings import difference
from research.settings.document import read_document
from research.settings.resolve import resolve

EXPERIMENT = find("multi_point")


def variants(preset):
    document = read_document(EXPERIMENT.config)
    found = resolve(document, EXPERIMENT.settings_class(), preset).variants
    return {name: each.settings for name, each in found.items()}


SHIPPED = {
    name: each for preset in ("quick", "fashion", "norm") for name, each in variants(preset).items()
}


@pytest.mark.parametrize("variant", NAMED_BY_CLAIMS)
def test_what_is_shipped_is_what_the_claims_are_about(variant):
    plain = SHIPPED[variant].model_dump(mode="json")
    assert difference(plain, NAMED_BY_CLAIMS[variant], AT_LEAST[variant]) is None


def test_every_variant_of_a_claim_has_its_settings():
    assert {name for each in CLAIMS for name in each.variants} == set(NAMED_BY_CLAIMS)


def test_paper_has_the_source_s_network_grid_and_training():
    settings = variants("paper")["icon"]
    assert (settings.pattern.rows, settings.pattern.columns) == (50, 50)
    assert (settings.model.channels, settings.model.hidden) == ((8, 32, 64), 128)
    assert (settings.batch_size, settings.cells, settings.clip) == (512, 50, 2.5)
    assert (settings.optimizer.name, settings.optimizer.lr) == ("adam", 2.5e-4)
    assert settings.trainer.max_steps == 100 * -(-60_000 // 512)
    assert settings.near_edges and settings.initial_scale == 0.1
    norm = variants("paper")["icon-norm"]
    assert norm == settings.model_copy(update={"model": norm.model})
    assert norm.model == settings.model.model_copy(update={"batch_norm": True})


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"pattern": {"name": "text", "text": ""}}, "pattern.text is '', expected at least one"),
        ({"pattern": {"name": "file", "file": "/no/such.png"}}, "pattern.file is /no/such.png, ex"),
        ({"pattern": {"name": "file"}}, "Field required"),
        ({"pattern": {"name": "random", "share": 0.001}}, "pattern.share is a share of 0.001"),
        ({"pattern": {"name": "text", "rows": 2}}, "greater than or equal to 3"),
        ({"pattern": {"name": "text", "rows": 6}}, "its letters would be 4 cells high in 6 x 32"),
        ({"shrink": 4}, "shrink is 4, expected at most 2: images have 8 pixels a side"),
        (
            {"model": {"name": "mlp", "batch_norm": True}, "batch_size": 1437},
            "batch norm needs two in every batch",
        ),
        (
            {
                "model": {"name": "mlp", "batch_norm": True},
                "batch_size": 4,
                "micro_batch_size": 3,
            },
            "micro_batch_size is 3, expected another size, because a batch of 4 images",
        ),
        ({"cells": 0}, "greater than or equal to 1"),
        (
            {"model": {"name": "cnn", "channels": [4, 4, 4]}, "shrink": 2},
            "model.channels is [4, 4, 4], expected at most 2 for digits",
        ),
    ],
)
def test_what_is_refused(changes, text):
    with pytest.raises(ValidationError) as refused:
        MultiPointSettings.model_validate(changes)
    assert text in str(refused.value)


def test_the_path_of_a_file_is_kept_in_full(tmp_path, monkeypatch):
    Image.new("L", (4, 4), 255).save(tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as image:
        image.putpixel((1, 1), 0)
        image.save(tmp_path / "a.png")
    monkeypatch.chdir(tmp_path)
    pattern = {"name": "file", "file": "a.png", "rows": 6, "columns": 6}
    settings = MultiPointSettings.model_validate({"pattern": pattern})
    assert settings.pattern.file == str(tmp_path / "a.png")
    assert sum(map(sum, settings.pattern.picture())) == 1
