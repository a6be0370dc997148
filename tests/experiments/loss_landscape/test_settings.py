"""What the settings of loss_landscape refuse, in one line each."""

import pytest
from pydantic import ValidationError

from experiments.loss_landscape.settings import LossLandscapeSettings


@pytest.mark.parametrize(
    ("settings", "key", "expected"),
    [
        ({"lines": {"dimensions": 2}}, "lines.dimensions", "1, a line"),
        ({"lines": {"dimensions": 1, "points": 2}}, "lines.points", "3 or more"),
        ({"planes": {"dimensions": 1}}, "planes.dimensions", "2, a plane"),
        ({"planes": {"splits": ["train", "validation"]}}, "planes.splits", "some of train, test"),
        ({"model": {"name": "cnn", "channels": [2, 2, 2, 2]}}, "model.channels", "at most 3"),
        ({"model": {"name": "mlp", "batch_norm": True}}, "model.batch_norm", "false"),
    ],
)
def test_refused(settings, key, expected):
    with pytest.raises(ValidationError) as refusal:
        LossLandscapeSettings.model_validate(settings)
    [error] = refusal.value.errors()
    assert error["ctx"]["key"] == key
    assert expected in error["ctx"]["expected"]


def test_directions_are_two_at_least():
    with pytest.raises(ValidationError):
        LossLandscapeSettings.model_validate({"directions": 1})


def test_a_fully_connected_network_and_validation_images_are_fine():
    settings = {
        "data": {"validation_examples": 50},
        "model": {"name": "mlp"},
        "planes": {"splits": ["validation"]},
    }
    assert LossLandscapeSettings.model_validate(settings).splits() == (
        "train",
        "validation",
        "test",
    )
