"""What answers without training answers at once: it loads nothing that takes long."""

import pytest

from tests.at_once import MOST_VALIDATORS, ROOT, answer, assert_at_once

COMMANDS = [
    (["--help"], 0),
    (["--version"], 0),
    (["list"], 0),
    (["show", "grokking"], 0),
    (["run", "grokking", "--help"], 0),
    (["run", "heavy_tails_images", "--help"], 0),
    (["landscape", "--help"], 0),
    (["show", "grokking", "--schema"], 0),
    (["show", "grokking", "--model.heads", "3"], 2),
    (["run", "grokking", "--model.heads", "3"], 2),
    (["sweep", "grokking", "--help"], 0),
    (["sweep", "grokking", "--space.optimizer.lrr", "0..1"], 2),
    (["show", "--optimizers"], 0),
    (["show", "--schedules"], 0),
    (["show"], 2),
]


@pytest.mark.parametrize(
    ("words", "code"), COMMANDS, ids=[" ".join(words) for words, _ in COMMANDS]
)
def test_answers_at_once(words, code):
    found = answer(ROOT, *words)
    assert found.code == code, found.refused
    assert (found.said == "") == (code == 2)
    assert_at_once(found)
    is_help = "--help" in words
    assert ("rich" in found.modules) == is_help
    reads_meanings = (is_help and len(words) > 1) or "--schema" in words
    assert (found.sources > 0) == reads_meanings


def test_most_models_are_left_alone():
    """The bound on validators says something: there are far more models than it allows."""
    found = answer(ROOT, "show", "grokking")
    assert found.models > 3 * MOST_VALIDATORS
    assert found.validators > 0
