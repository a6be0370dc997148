"""The words of errors."""

import pytest

from research.settings.errors import did_you_mean, nearest, shown, unknown


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
    ],
)
def test_nearest(word, choice):
    assert nearest(word, ["lr", "betas", "batch", "weight_decay"]) == choice


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
