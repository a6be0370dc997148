"""The settings of a trial: what was drawn, over the study's own, as flags would be."""

import pytest

from research.search.trial_settings import trial_settings
from research.settings.errors import SettingsError
from tests.research.settings.toy_experiment import Adam, Net, Sgd, Toy

BASE = Toy(optimizer=Adam(lr=0.5, weight_decay=0.25), steps=30).model_dump(mode="json")


def test_what_is_drawn_lies_over_the_base_and_types_stay():
    found = trial_settings(Toy, BASE, {"optimizer.lr": 0.1, "net.width": 32, "batch": None})
    assert found == Toy(
        optimizer=Adam(lr=0.1, weight_decay=0.25), steps=30, net=Net(width=32), batch=None
    )
    assert trial_settings(Toy, BASE, {}).model_dump(mode="json") == BASE


@pytest.mark.parametrize(
    "keys", [("optimizer.name", "optimizer.lr"), ("optimizer.lr", "optimizer.name")]
)
def test_another_optimizer_brings_its_own_settings_and_then_takes_its_rate(keys):
    drawn = {"optimizer.name": "sgd", "optimizer.lr": 0.125}
    found = trial_settings(Toy, BASE, {key: drawn[key] for key in keys})
    assert found.optimizer == Sgd(lr=0.125)
    same = trial_settings(Toy, BASE, {"optimizer.name": "adam"})
    assert same.optimizer == Adam(lr=0.5, weight_decay=0.25)


def test_flags_hold_for_every_trial():
    base = Toy(optimizer=Adam(weight_decay=0.125)).model_dump(mode="json")
    flags = {"optimizer.weight_decay": 0.125}
    found = trial_settings(Toy, base, {"optimizer.name": "sgd"}, flags)
    assert found.optimizer == Sgd(weight_decay=0.125)


def test_what_cannot_be_is_refused():
    with pytest.raises(SettingsError, match=r"net\.heads is 2, expected a divisor of the width 15"):
        trial_settings(Toy, BASE, {"net.width": 15})
    with pytest.raises(SettingsError, match=r"optimizer\.momentum needs"):
        trial_settings(Toy, BASE, {"optimizer.momentum": 0.5})
