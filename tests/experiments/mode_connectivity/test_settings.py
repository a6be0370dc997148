"""What settings are refused, and how the curve's training follows from them."""

import pytest
from pydantic import ValidationError

from experiments.mode_connectivity.settings import CurveSettings, ModeConnectivitySettings


def settings(**changes):
    return ModeConnectivitySettings.model_validate(changes)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"curve": {"bends": 0}}, "bends"),
        ({"curve": {"kind": "spline"}}, "kind"),
        ({"path_points": 2}, "path_points"),
        ({"micro_batch_size": 8}, "micro_batch_size is 8"),
        ({"plane": {"margin": -1.0}}, "margin"),
        ({"plane": {"refinement": 0.0}}, "refinement"),
        ({"model": {"name": "cnn", "channels": [4, 4, 4, 4]}}, "model.channels is [4, 4, 4, 4]"),
        (
            {"model": {"name": "cnn", "batch_norm": True}, "data": {"train_examples": 65}}
            | {"batch_size": 64},
            "batch_size is 64",
        ),
        (
            {"curve": {"optimizer": {"name": "gd", "lr": 0.1}}, "batch_size": 64},
            "batch_size is 64",
        ),
        (
            {
                "curve": {
                    "max_steps": 50,
                    "schedule": {"name": "formula", "expression": "0.5 - t/T"},
                }
            },
            "curve.schedule.expression is '0.5 - t/T'",
        ),
        (
            {"curve": {"schedule": {"name": "plateau", "metric": "test/los"}}},
            "curve.schedule.metric is test/los",
        ),
    ],
)
def test_what_does_not_fit_is_refused_by_name(changes, key):
    with pytest.raises(ValidationError) as error:
        settings(**changes)
    assert key in str(error.value)


def test_the_curve_is_trained_on_its_own_schedule():
    found = settings(
        trainer={"max_steps": 70, "log_every": 7},
        batch_size=8,
        averaging={"name": "ema"},
        curve={"max_steps": 30, "optimizer": {"name": "adam", "lr": 0.002}},
    ).curve_training()
    assert (found.trainer.max_steps, found.trainer.log_every, found.batch_size) == (30, 7, 8)
    assert (found.optimizer.name, found.optimizer.lr) == ("adam", 0.002)
    assert found.averaging is None


def test_positions():
    assert settings(path_points=5).positions == (0, 0.25, 0.5, 0.75, 1)
    assert CurveSettings(positions=2).evaluated_at == (0.25, 0.75)
