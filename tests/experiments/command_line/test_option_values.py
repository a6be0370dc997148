"""The values of options."""

import pytest

from experiments.command_line.option_values import (
    parse_mirroring,
    parse_names,
    parse_seeds,
    parse_workers,
)
from research.settings.errors import SettingsError


@pytest.mark.parametrize(
    ("text", "seeds"),
    [
        ("0", [0]),
        ("0,1,2", [0, 1, 2]),
        ("3, 1", [3, 1]),
        ("0-3", [0, 1, 2, 3]),
        ("5,0-1", [5, 0, 1]),
    ],
)
def test_seeds(text, seeds):
    assert parse_seeds(text) == seeds


@pytest.mark.parametrize(
    "text",
    ["", "a", "1,", "-1", "1.5", "3-1", "0-99999999", "1,1", "0-2,1", "٣", "9" * 19, "1-2-3"],
)
def test_wrong_seeds(text):
    with pytest.raises(SettingsError, match=r"^--seeds [^\n]+\Z"):
        parse_seeds(text)


def test_names():
    assert parse_names("a, b") == ["a", "b"]


@pytest.mark.parametrize("text", ["", "a,", "a,a", " , "])
def test_wrong_names(text):
    with pytest.raises(SettingsError, match=r"^--variants "):
        parse_names(text)


def test_workers():
    assert parse_workers(None) is None
    assert parse_workers("4") == 4


@pytest.mark.parametrize("text", ["0", "-1", "x", "1.5", "1e9", "99999", "", "9" * 5000])
def test_wrong_workers(text):
    with pytest.raises(SettingsError, match=r"^--workers is .*, expected a whole number from 1"):
        parse_workers(text)


def test_mirroring():
    assert parse_mirroring("offline") == "offline"
    with pytest.raises(SettingsError, match='--wandb "ofline"; did you mean offline'):
        parse_mirroring("ofline")
