"""Dinh et al. (2017): the same function with other weights has another lambda_max.

Scaling one ReLU layer by a power of two and the next by its inverse leaves the function the same to
the bit. What changes then says something of the weights, not of the network.
"""

import pytest
import torch
from torch import nn

from research.landscape.curvature.hessian import Hessian
from research.landscape.curvature.lanczos import extremes
from research.landscape.curvature.sharpness import adaptive_sharpness, sharpness
from research.landscape.directions import random_direction
from research.landscape.objective import Objective
from research.landscape.surfaces import surface
from research.landscape.weights import weights_of


@pytest.fixture
def both(make):
    """A network as it is, and its rescaled twin, over the same examples."""
    like = make.classified()

    def network(factor):
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(1)
            model = nn.Sequential(nn.Linear(8, 6), nn.ReLU(), nn.Linear(6, 3))
        with torch.no_grad():
            model[0].weight.mul_(factor)
            model[0].bias.mul_(factor)
            model[2].weight.div_(factor)
        return Objective(model, like.examples, like.measures, like.batch_size)

    return network(1.0), network(8.0)


def lambda_max(objective):
    return float(extremes(Hessian(objective), smallest=0, tolerance=1e-6).largest.values[0])


def test_the_loss_is_the_same_and_lambda_max_is_not(both):
    plain, rescaled = both
    assert Hessian(plain).loss() == Hessian(rescaled).loss()
    assert lambda_max(rescaled) > 10 * lambda_max(plain)


def test_adaptive_sharpness_is_the_same_and_sams_is_not(both):
    plain, rescaled = (Hessian(each) for each in both)
    assert adaptive_sharpness(plain, 0.5) == pytest.approx(
        adaptive_sharpness(rescaled, 0.5), rel=1e-6
    )
    assert sharpness(rescaled, 0.1) > 2 * sharpness(plain, 0.1)


@pytest.mark.parametrize("normalisation", ["filter", "none"])
def test_the_filter_normalised_line_is_the_same_to_the_bit(both, normalisation):
    lines = []
    for objective in both:
        origin = weights_of(objective.model)
        direction = random_direction(origin, 3, normalisation=normalisation, vectors="normalised")
        lines.append(surface(objective, origin, [direction], [[-1.0, -0.25, 0.0, 0.5, 1.0]]).loss)
    same = (lines[0] == lines[1]).all()
    assert same == (normalisation == "filter")
