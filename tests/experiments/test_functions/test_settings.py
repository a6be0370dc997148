"""What can't be is refused in one line; every preset says what it means."""

import pytest

from experiments.__main__ import main
from experiments.command_line.catalog import find
from experiments.test_functions.settings import (
    METHODS,
    SWITCH_AT,
    TestFunctionsSettings,
    method_settings,
)
from research.settings.document import read_document
from research.settings.resolve import resolve


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["--methods", "[gd, adma]"], ["methods is adma", "did you mean adam?"]),
        (["--methods", "[muon]"], ["methods is muon", "names of optimizers for vectors"]),
        (["--methods", "[gd, gd]"], ["each method once"]),
        (["--methods", "[]"], ["methods is []"]),
        (["--function", "sphere"], ['function is "sphere"', "beale"]),
        (["--start", "[1.0, 2.0, 3.0]"], ["start is [1.0, 2.0, 3.0]"]),
        (["--start", "[.nan, 1.0]"], ["start"]),
        (["--start", "[1.0]"], ["start is [1.0]", "a list of 2"]),
        (["--rates", "[-0.1]"], ["rates", "> 0"]),
        (["--rates", "[]", "--search", "null"], ["rates is []", "at least one"]),
        (["--steps", "3"], ["steps is 3", ">= 10"]),
        (["--search.factor", "1.0"], ["search.factor is 1.0", "> 1"]),
        (["--search.precision", "0"], ["search.precision is 0", "> 0"]),
    ],
)
def test_what_can_not_be(words, parts, capsys):
    assert main(["show", "test_functions", *words]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and all(part in error for part in parts), error


def preset(name):
    document = read_document(find("test_functions").config)
    return resolve(document, TestFunctionsSettings, name)


def test_smoke_is_small_and_quick_is_whole():
    [smoke] = (preset("smoke").variants[name].settings for name in preset("smoke").runs)
    assert smoke.methods == ("gd", "rmsprop", "adam")
    assert (smoke.steps, smoke.search.steps) == (200, 100)
    quick = preset("quick")
    assert {name: quick.variants[name].settings.function for name in quick.runs} == {
        name: name for name in quick.runs
    }
    assert quick.variants["saddle"].settings.search is None
    missing = set(METHODS) - set(quick.variants["rosenbrock"].settings.methods)
    assert missing == {"sgd", "soap", "ademamix"}  # gd here; the extra `optimizers`
    assert preset("paper").variants["beale"].settings.search.steps == 5000
    assert preset("paper").variants["normalised"].settings.search.fraction == 0.9


@pytest.mark.parametrize("name", METHODS)
def test_methods_take_the_rate_and_no_weight_decay(name):
    settings = method_settings(name, 0.25)
    assert settings.lr == 0.25
    assert getattr(settings, "weight_decay", 0.0) == 0.0
    if name == "adam_then_sgd":
        assert (settings.sgd_lr, settings.switch_at) == (0.25, SWITCH_AT)
