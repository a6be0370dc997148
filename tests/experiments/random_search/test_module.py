"""Points of the sweep, and their rows and arrays."""

import pytest
import torch

from experiments.random_search.blocks import Block, blocks
from experiments.random_search.module import RandomSearch
from experiments.random_search.settings import RandomSearchSettings
from tests.experiments.random_search.made_up import DATA, settings_of


def test_samplers_that_take_time_are_cut_into_blocks():
    settings = settings_of("one-of-four", repeats=40, adaptive_repeats=25)
    assert blocks(settings) == [
        Block("grid", range(40)),
        Block("random", range(40)),
        Block("qmc", range(40)),
        Block("tpe", range(10)),
        Block("tpe", range(10, 20)),
        Block("tpe", range(20, 25)),
    ]
    network = settings_of("network", samplers=("grid", "tpe"))
    assert [(each.sampler, list(each.repeats)) for each in blocks(network)] == [
        ("grid", [0]), ("grid", [1]), ("grid", [2]), ("tpe", [0]), ("tpe", [1])
    ]  # fmt: skip


def test_a_point_computed_again_has_the_same_numbers_and_blocks_go_on():
    settings = settings_of(
        "one-of-two", repeats=12, adaptive_repeats=12, samplers=("tpe",), trials=6
    )
    module = RandomSearch(settings, seed=100)
    first, second = module.points()
    results = [module.compute(0, first), module.compute(5, first), module.compute(1, second)]
    assert torch.equal(results[0].arrays["best"], results[1].arrays["best"])
    assert results[2].arrays["best"].shape == (2, 6)
    assert "tried" in results[0].arrays and "tried" not in results[2].arrays
    whole = module.compute(0, Block("tpe", range(12))).arrays["best"]
    assert torch.equal(whole, torch.cat([results[0].arrays["best"], results[2].arrays["best"]]))
    other = RandomSearch(settings, seed=101).compute(0, first)
    assert not torch.equal(other.arrays["best"], results[0].arrays["best"])


def test_the_row_of_a_network_says_what_was_best():
    module = RandomSearch(settings_of("network"), seed=100)
    module.setup("predict")
    with torch.random.fork_rng():
        random = module.compute(0, Block("random", range(1, 2)))
        grid = module.compute(0, Block("grid", range(1, 2)))
    errors = random.arrays["errors"][0]
    assert random.metrics["random/error"] == errors.min() == random.arrays["best"][0, -1]
    assert random.arrays["best"][0, 3] == errors[:4].min()
    assert random.metrics["repeat"] == 1
    assert random.metrics["shift"] == grid.metrics["shift"]
    assert grid.arrays["budgets"].tolist() == [16]
    assert grid.arrays["best"].tolist() == [[float(grid.arrays["errors"].min())]]


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        (
            {"problem": {"name": "bump", "relevant": 5}},
            "relevant is 5, expected at most the 4 dimensions",
        ),
        ({"samplers": ["tpe", "tpe"]}, "samplers is .*, expected each of them once"),
        ({"adaptive_repeats": 2000}, "adaptive_repeats is 2000, expected at most the 1000 repeats"),
        ({"problem": {"name": "network"}}, "data.validation_examples is 0, expected more than 0"),
        (
            {"problem": {"name": "network", "momentum": {"low": 0.0, "high": 1.0}}, "data": DATA},
            "momentum.high is 1.0, expected from 0 to less than 1",
        ),
        (
            {"problem": {"name": "network", "lr": {"choices": [0.1, 0.2]}}, "data": DATA},
            "lr is no plain interval, expected low and high, without choices",
        ),
        (
            {"problem": {"name": "network", "hidden": {"low": 4.0, "high": 8.0}}, "data": DATA},
            "hidden.integer is 0, expected true",
        ),
    ],
)
def test_bad_settings_are_refused(settings, line):
    with pytest.raises(ValueError, match=line):
        RandomSearchSettings.model_validate(settings)
