"""The relative gap, and how it is read from runs."""

import math

import pytest

from experiments.cnn_vs_transformer.gaps import optimizer_of, relative_gap
from tests.experiments.cnn_vs_transformer.made_up import ENTROPY, make_networks, make_plan, valley


@pytest.mark.parametrize(
    ("sgd", "adam", "gap"),
    [
        (3.7, 3.7, 0.0),  # both end alike
        (5.5, 3.7, 1.0),  # SGD learned no more than frequencies
        (4.6, 3.7, 0.5),
        (3.5, 3.7, -1 / 9),  # SGD ends lower
    ],
)
def test_the_relative_gap(sgd, adam, gap):
    assert relative_gap(sgd, adam, 5.5) == pytest.approx(gap)


def test_it_has_no_unit():
    assert relative_gap(4.2, 3.7, 5.5) == pytest.approx(relative_gap(42, 37, 55))


def test_each_seed_at_the_best_rates():
    cnn, transformer = make_networks(make_plan())
    assert (cnn.name, cnn.is_cnn, cnn.optimizers) == ("cnn", True, ["sgdm", "adam"])
    assert (transformer.name, transformer.is_cnn) == ("transformer", False)
    assert transformer.choice("sgdm").variant == "transformer-sgdm-lr0.1"
    expected = {
        seed: (valley("cnn-sgdm", 0.03, seed) - valley("cnn-adam", 0.01, seed))
        / (ENTROPY["cnn"] - valley("cnn-adam", 0.01, seed))
        for seed in (0, 1, 2)
    }
    assert cnn.gaps() == pytest.approx(expected)


def test_without_a_rate_that_ended_there_is_no_gap():
    cnn, _ = make_networks(make_plan(), lambda *run: math.nan)
    assert cnn.gaps() == {}


def test_the_optimizer_of_a_variant():
    assert optimizer_of("transformer-sgdm") == "sgdm"
    assert optimizer_of("small-cnn-adam") == "adam"
