"""One-hot inputs: two numbers a class against the whole matrix, and against closed forms."""

import math

import numpy
import pytest
import torch
from torch import nn

from experiments.heavy_tails.settings import Point, optimizer_settings
from research.optim.optimizers import build_optimizer
from research.problems.one_hot import OneHotSoftmax
from research.problems.one_hot_formulas import flow_loss, flow_margin, loss_of_margin, sign_loss
from research.problems.zipf import zipf

CLASSES = 7


def train(problem, method, rate, steps):
    optimizer = build_optimizer(optimizer_settings(Point(2, method, rate)), problem.parameters)
    for _ in range(steps):
        mean = problem.set_gradients()
        optimizer.step()
    return float(mean)


def whole_matrix(frequencies, method, rate, steps):
    """Losses by class, the whole matrix trained by autograd, example by example."""
    matrix = nn.Parameter(torch.zeros(len(frequencies), len(frequencies), dtype=torch.float64))
    optimizer = build_optimizer(optimizer_settings(Point(2, method, rate)), [matrix])

    def losses():
        return torch.stack(
            [-torch.log_softmax(matrix[:, k], 0)[k] for k in range(len(frequencies))]
        )

    for _ in range(steps):
        optimizer.zero_grad()
        mean = (frequencies * losses()).sum()
        mean.backward()
        optimizer.step()
    return losses().detach(), float(mean.detach())


@pytest.mark.parametrize(
    ("method", "rate"),
    [("gd", 5.0), ("gdm", 2.0), ("adam", 0.05), ("sign", 0.05), ("signm", 0.05)],
)
def test_two_numbers_a_class_take_the_path_of_the_whole_matrix(method, rate):
    frequencies = torch.from_numpy(zipf(CLASSES))
    problem = OneHotSoftmax(frequencies)
    mean = train(problem, method, rate, 30)
    losses, expected = whole_matrix(frequencies, method, rate, 30)
    torch.testing.assert_close(problem.losses(), losses, rtol=1e-9, atol=1e-12)
    assert mean == pytest.approx(expected, rel=1e-9)


def test_gradient_flow_solves_its_equation():
    frequencies, time, classes = zipf(50), 30.0, 50
    margins = flow_margin(frequencies, time, classes)
    left = numpy.exp(margins) + (classes - 1) * margins
    numpy.testing.assert_allclose(left, 1 + classes * frequencies * time, rtol=1e-12)
    numpy.testing.assert_allclose(flow_margin(frequencies, 0.0, classes), 0, atol=1e-12)
    numpy.testing.assert_allclose(flow_loss(frequencies, 0.0, classes), math.log(classes))


def test_gradient_descent_with_small_steps_follows_the_flow():
    frequencies = zipf(CLASSES)
    problem = OneHotSoftmax(torch.from_numpy(frequencies))
    train(problem, "gd", 0.01, 2000)
    numpy.testing.assert_allclose(
        problem.losses().numpy(), flow_loss(frequencies, 20.0, CLASSES), rtol=2e-3
    )


def test_the_flow_comes_to_one_over_frequency_and_time():
    found = flow_loss(zipf(10), 1e7, 10)
    numpy.testing.assert_allclose(found, 9 / (10 * zipf(10) * 1e7), rtol=1e-4)


def test_sign_descent_has_its_closed_form_for_every_class():
    problem = OneHotSoftmax(torch.from_numpy(zipf(CLASSES)))
    train(problem, "sign", 0.02, 40)
    expected = sign_loss(0.02, 40, CLASSES)
    assert expected == pytest.approx(math.log(1 + 6 * math.exp(-1.6)))
    torch.testing.assert_close(problem.losses(), torch.full((CLASSES,), expected).double())


def test_the_loss_of_no_margin_is_that_of_a_guess():
    assert float(loss_of_margin(0.0, 1000)) == pytest.approx(math.log(1000))
