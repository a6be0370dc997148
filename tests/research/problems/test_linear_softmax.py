"""The linear softmax against autograd and a loop over classes."""

import pytest
import torch
from torch.nn import functional as F

from research.problems.linear_softmax import (
    LinearSoftmax,
    class_counts,
    draw_features,
    grouped_labels,
)


@pytest.fixture
def problem():
    generator = torch.Generator().manual_seed(3)
    return LinearSoftmax(draw_features(3, generator), grouped_labels(3), generator)


def test_every_group_has_as_many_examples(problem):
    assert class_counts(3) == [8, 4, 4, 2, 2, 2, 2]
    assert torch.bincount(grouped_labels(3)).tolist() == class_counts(3)
    assert problem.features.shape == (24, 32)
    assert len(grouped_labels(7)) == 896 and len(class_counts(7)) == 127
    torch.testing.assert_close(problem.shares, torch.tensor(class_counts(3)).double() / 24)


def test_features_are_uniform_and_weights_those_of_a_linear_layer(problem):
    assert 0 <= float(problem.features.min()) < 0.05 and 0.95 < float(problem.features.max()) <= 1
    bound = 32**-0.5
    for each in problem.parameters:
        assert float(each.detach().abs().max()) <= bound
    assert float(problem.weights.detach().std()) == pytest.approx(bound / 3**0.5, rel=0.15)


def test_the_gradient_is_that_of_autograd(problem):
    mean = problem.set_gradients()
    loss = F.cross_entropy(
        F.linear(problem.features, problem.weights, problem.bias), problem.labels
    )
    expected = torch.autograd.grad(loss, problem.parameters)
    assert float(mean) == pytest.approx(float(loss.detach()), rel=1e-6)
    for each, gradient in zip(problem.parameters, expected, strict=True):
        torch.testing.assert_close(each.grad, gradient, rtol=1e-4, atol=1e-7)


def test_losses_are_means_over_the_examples_of_a_class(problem):
    outputs = F.linear(problem.features, problem.weights, problem.bias).detach()
    each = F.cross_entropy(outputs, problem.labels, reduction="none").double()
    expected = torch.stack([each[problem.labels == k].mean() for k in range(7)])
    torch.testing.assert_close(problem.losses(), expected, rtol=1e-5, atol=1e-7)
    assert float(problem.shares @ problem.losses()) == pytest.approx(float(each.mean()), rel=1e-5)
