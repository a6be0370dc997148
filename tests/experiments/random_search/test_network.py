"""One training, and what all searches of a repeat share."""

import numpy
import pytest
import torch

from experiments.random_search.module import RandomSearch
from experiments.random_search.settings import SEARCHED
from research.seeds import derive
from tests.experiments.random_search.made_up import settings_of

GOOD = {"lr": 0.1, "weight_decay": 1e-6, "momentum": 0.5, "hidden": 32}


def objective(**problem):
    module = RandomSearch(settings_of("network", problem={"name": "network", **problem}), seed=100)
    module.setup("predict")
    return module.network


@pytest.fixture(autouse=True)
def _same_generator():
    with torch.random.fork_rng():
        yield


def test_a_training_learns_and_is_the_same_again():
    network = objective(steps=60)
    first, again, other = (network.error(GOOD, seed) for seed in (1, 1, 2))
    assert first == again != other
    assert 0 < first[0] < 0.35
    untrained = objective(steps=1).error({**GOOD, "lr": 1e-9}, 1)
    assert untrained[0] > 0.7


def test_the_searched_settings_are_those_that_are_trained_with():
    network = objective(steps=20)
    usual = network.error(GOOD, 1)
    for name, value in (("lr", 0.01), ("weight_decay", 0.1), ("momentum", 0.0), ("hidden", 64)):
        assert network.error({**GOOD, name: value}, 1) != usual


def test_a_network_that_diverges_guesses():
    error, loss = objective(steps=30).error({**GOOD, "lr": 1e12}, 1)
    assert error == 0.9
    assert not numpy.isfinite(loss)


def test_samplers_of_a_repeat_share_the_shift_and_the_seeds():
    network = objective(steps=1)
    grid, random, tpe = (network.search(name, 16, 100, 3) for name in ("grid", "random", "tpe"))
    assert grid.shift == random.shift == tpe.shift != network.search("grid", 1, 100, 4).shift
    assert abs(grid.shift) <= 1.5
    for found in (grid, random, tpe):
        rates = numpy.log10(found.tried[:, SEARCHED.index("lr")]) - found.shift
        assert ((rates >= -5) & (rates <= 1)).all()
        assert found.errors.shape == (16,) and found.tried.shape == (16, 4)
    assert len(numpy.unique(grid.tried[:, 0].round(12))) == 2
    numpy.testing.assert_allclose(
        numpy.log10(numpy.unique(grid.tried[:, 0])) - grid.shift, [-3.5, -0.5]
    )
    assert len(numpy.unique(random.tried[:, 0])) == 16
    second = dict(zip(SEARCHED, random.tried[1], strict=True))
    second["hidden"] = int(second["hidden"])
    of_its_own = network.error(second, derive(100, "network of repeat 3", 1))
    assert of_its_own[0] == random.errors[1]
    again = network.search("random", 1, 100, 3)
    assert again.errors[0] == random.errors[0]
    assert network.search("random", 1, 101, 3).tried.tolist() != again.tried.tolist()


def test_no_shift_where_none_is_wanted():
    assert objective(steps=1, shift_decades=0.0).search("grid", 1, 100, 3).shift == 0
