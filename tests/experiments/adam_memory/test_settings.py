"""What can't be is refused in one line."""

import pytest

from experiments.__main__ import main
from experiments.adam_memory.settings import AdamMemorySettings
from experiments.command_line.catalog import find
from research.settings.document import read_document
from research.settings.resolve import resolve


def test_the_defaults_are_those_of_the_preset():
    """Claims compare a record with the defaults."""
    document = read_document(find("adam_memory").config)
    command = resolve(document, AdamMemorySettings, "quick")
    assert command.variants["adam"].settings == AdamMemorySettings()
    assert command.runs == {"adam": [0, 1, 2]}


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["--betas", "[0.99, 0.9]"], ["--betas is [0.99, 0.9]", "β₁² < β₂"]),
        (["--coordinates", "3"], ["--coordinates is 3", "divisible by 2"]),
        (["--game_gradient", "2"], ["--game_gradient is 2", "> 2"]),
        (["--steps_after", "9"], ["--steps_after is 9", ">= 10"]),
    ],
)
def test_what_can_not_be(words, parts, capsys):
    assert main(["show", "adam_memory", *words]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and all(part in error for part in parts), error
