"""Every generator goes on where it stood, through a checkpoint that runs no code."""

import random

import numpy
import pytest
import torch

from research.training import random_states

DRAWS = {
    "python": random.random,
    "python's Gaussian": lambda: random.gauss(0, 1),
    "numpy": lambda: numpy.random.rand(),
    "numpy's Gaussian": lambda: numpy.random.randn(),
    "torch": lambda: torch.rand(()).item(),
    "torch's Gaussian": lambda: torch.randn(()).item(),
}


@pytest.mark.parametrize("name", DRAWS)
def test_the_same_numbers_follow(name, tmp_path):
    """Gaussians come in pairs: the state holds the second of a pair that was half used."""
    draw = DRAWS[name]
    draw()
    torch.save(random_states.capture(), tmp_path / "states")
    expected = [draw() for _ in range(5)]
    random_states.restore(torch.load(tmp_path / "states", weights_only=True))
    assert [draw() for _ in range(5)] == expected


def test_capturing_draws_nothing():
    torch.manual_seed(4)
    expected = torch.rand(3)
    torch.manual_seed(4)
    random_states.capture()
    assert torch.equal(torch.rand(3), expected)
