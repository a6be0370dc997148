"""What can't be is refused in one line; points and optimizers are those that the settings name."""

import pytest

from experiments.__main__ import main
from experiments.heavy_tails.settings import HeavyTailsSettings, Point, optimizer_settings
from research.problems.zipf import zipf


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        (["--rates.gd", "[1.0, 1.0]"], ["rates.gd is [1.0, 1.0]", "each rate once"]),
        (["--rates.gd", "[-1.0]"], ["rates.gd", "> 0"]),
        (["--variants", "one-hot", "--bound_share", "0.5"], ["bound_share", "bigrams only"]),
        (["--variants", "separable", "--problem.m", "13"], ["problem.m is 13", "<= 12"]),
        (["--variants", "bigram", "--problem.vocabularies", "[9, 9]"], ["each vocabulary once"]),
        (["--variants", "bigram", "--problem.weighted_by", "word"], ["weighted_by", "context"]),
        (["--rates.gd", "[1e39]"], ["rates.gd", "<= 1e+38"]),
        (["--target", "1.0"], ["target is 1.0", "< 1"]),
        (["--steps", "0"], ["steps is 0", ">= 1"]),
    ],
)
def test_what_can_not_be(words, parts, capsys):
    assert main(["show", "heavy_tails", *words]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and all(part in error for part in parts), error


def test_nothing_to_run_is_refused():
    with pytest.raises(ValueError, match="at least one rate"):
        HeavyTailsSettings.model_validate({"rates": {}})


def test_points_are_sizes_times_methods_times_rates():
    settings = HeavyTailsSettings.model_validate(
        {
            "problem": {"name": "bigram", "vocabularies": [5, 9]},
            "rates": {"gd": [2.0], "adam": [0.1, 0.3]},
            "bound_share": 0.5,
            "target": 0.1,
        }
    )
    bounds = {size: 0.5 * 4 / zipf(size)[0] for size in (5, 9)}
    assert settings.points() == tuple(
        Point(size, *rest)
        for size in (5, 9)
        for rest in (("gd", 2.0), ("gd", bounds[size]), ("adam", 0.1), ("adam", 0.3))
    )


def test_methods_are_the_optimizers_that_they_say():
    momentum = optimizer_settings(Point(5, "gdm", 0.5))
    assert (momentum.name, momentum.momentum, momentum.lr) == ("heavy_ball", 0.9, 0.5)
    assert optimizer_settings(Point(5, "signm", 0.5)).momentum == 0.9
    assert optimizer_settings(Point(5, "sign", 0.5)).momentum == 0.0
    adam = optimizer_settings(Point(5, "adam", 0.5))
    assert (adam.betas, adam.eps) == ((0.9, 0.999), 1e-8)
