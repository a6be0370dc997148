"""The words of errors."""

import pickle

import pytest

from research.settings.errors import SettingsError, did_you_mean, nearest, shown, unknown


@pytest.mark.parametrize(
    ("word", "choice"),
    [
        ("weight_decy", "weight_decay"),
        ("weight", "weight_decay"),
        ("betas ", "betas"),
        ("l", "lr"),
        ("b", None),
        ("zzz", None),
        ("", None),
        ("lotr", None),
        ("e", None),
    ],
)
def test_nearest(word, choice):
    assert nearest(word, ["lr", "betas", "batch", "weight_decay"]) == choice


def test_a_word_of_half_the_length_is_far_fetched():
    assert nearest("epochs", ["eps", "lr"]) is None
    assert nearest("epochs", ["eps", "epoch"]) == "epoch"
    assert nearest("rnu", ["run", "resume"]) == "run"
    assert nearest("pre", ["preset", "prefix"]) == "preset", "an abbreviation may be short"


def test_several_problems_are_lines():
    error = SettingsError("a", "b")
    assert error.problems == ("a", "b")
    assert str(error) == "a\nb"
    again = pickle.loads(pickle.dumps(error))
    assert again.problems == error.problems


def test_did_you_mean():
    assert did_you_mean("lrr", ["lr"], "--") == "; did you mean --lr?"
    assert did_you_mean("zzz", ["lr"]) == ""


def test_unknown_lists_the_choices():
    assert str(unknown("preset", "quik", ["smoke", "quick"])) == (
        'unknown preset "quik"; did you mean quick? expected one of smoke, quick'
    )
    assert str(unknown("preset", "x", ["smoke"])) == 'unknown preset "x"; expected one of smoke'


@pytest.mark.parametrize(
    ("value", "text"),
    [("a", '"a"'), (None, "null"), (True, "true"), ([1, "b"], '[1, "b"]'), ("a\nb", '"a\\nb"')],
)
def test_shown(value, text):
    assert shown(value) == text


def test_shown_is_short():
    assert len(shown("x" * 1000)) == 60
