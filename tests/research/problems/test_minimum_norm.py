"""Minimum-norm and ridge solutions against numpy, closed forms and their own definitions."""

import numpy
import pytest
import torch

from research.problems.minimum_norm import minimum_norm

EPS = 2.0**-52


def draws(*shape, seed=0):
    return torch.randn(shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def close(found, expected, tolerance=1e-10):
    torch.testing.assert_close(found, torch.as_tensor(expected), rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize(("n", "p"), [(30, 7), (20, 19), (20, 20), (20, 21), (7, 30), (1, 1)])
@pytest.mark.parametrize("rcond", [None, 1e-15])
def test_it_is_numpys_pinv_and_lstsq(n, p, rcond):
    features, targets = draws(n, p), draws(n, 3, seed=1)
    found = minimum_norm(features, targets, rcond)
    cutoff = rcond or numpy.finfo(float).eps * max(n, p)
    close(found, numpy.linalg.pinv(features.numpy(), rcond=cutoff) @ targets.numpy(), 1e-8)
    close(found, numpy.linalg.lstsq(features.numpy(), targets.numpy(), rcond=rcond)[0], 1e-8)


def test_directions_below_the_cut_off_are_left_out():
    """Singular values 1, 1e-3 and 1e-9 with the axes as directions."""
    features = torch.diag(torch.tensor([1.0, 1e-3, 1e-9], dtype=torch.float64))
    targets = torch.ones(3, 1, dtype=torch.float64)
    for rcond, expected in (
        (None, [1.0, 1e3, 1e9]),
        (1e-6, [1.0, 1e3, 0.0]),
        (1e-3, [1.0, 0.0, 0.0]),  # a value at the cut-off itself counts as zero
    ):
        close(minimum_norm(features, targets, rcond).squeeze(1), torch.tensor(expected).double())


@pytest.mark.parametrize(("factor", "expected"), [(3.0, 0.0), (4.0, 1 / (4 * EPS))])
def test_the_usual_cut_off_is_that_of_lstsq(factor, expected):
    """The spacing of float64 times 3, for three examples and two parameters."""
    features = torch.zeros(3, 2, dtype=torch.float64)
    features[0, 0], features[1, 1] = 1.0, factor * EPS
    found = minimum_norm(features, torch.ones(3, 1, dtype=torch.float64))
    assert found[1, 0].item() == pytest.approx(expected)


def test_nothing_to_fit_with_gives_zero():
    close(minimum_norm(torch.zeros(4, 3).double(), draws(4, 2)), torch.zeros(3, 2).double())
    close(
        minimum_norm(torch.zeros(4, 3).double(), draws(4, 2), ridge=1.0), torch.zeros(3, 2).double()
    )


def test_it_is_the_shortest_of_all_that_interpolate():
    features, targets = draws(5, 12), draws(5, 1, seed=1)
    found = minimum_norm(features, targets)
    close(features @ found, targets)
    kernel = torch.linalg.svd(features)[2][5:].mT  # [12, 7]
    close(kernel.mT @ found, torch.zeros(7, 1).double())


@pytest.mark.parametrize(("n", "p"), [(30, 7), (20, 20), (7, 30)])
@pytest.mark.parametrize("ridge", [1e-3, 2.0])
def test_ridge_is_the_normal_equations(n, p, ridge):
    features, targets = draws(n, p), draws(n, 2, seed=1)
    eye = torch.eye(p, dtype=torch.float64)
    expected = torch.linalg.solve(features.mT @ features + ridge * eye, features.mT @ targets)
    close(minimum_norm(features, targets, ridge=ridge), expected)


def test_ridge_of_one_parameter():
    """w = sum x y / (sum x^2 + ridge): 2 / (4 + 1)."""
    two, one = (torch.tensor([[number]], dtype=torch.float64) for number in (2.0, 1.0))
    assert minimum_norm(two, one, ridge=1.0).item() == pytest.approx(0.4)


def test_leading_axes_broadcast():
    features, targets = draws(4, 1, 6, 9), draws(2, 6, 3, seed=1)
    features[1] *= 1e-20  # a cut-off of the whole batch would leave nothing of this one
    found = minimum_norm(features, targets)
    assert found.shape == (4, 2, 9, 3)
    close(1e-20 * found[1, 0], minimum_norm(1e20 * features[1, 0], targets[0]))
    close(found[3, 1], minimum_norm(features[3, 0], targets[1]))


@pytest.mark.parametrize(
    ("features", "targets", "options", "words"),
    [
        (draws(4, 2).float(), draws(4, 1), {}, "features are torch.float32 of shape (4, 2)"),
        (draws(4, 2), draws(4), {}, "targets are torch.float64 of shape (4,)"),
        (draws(4, 2), draws(5, 1), {}, "features have 4 rows and targets 5"),
        (draws(4, 0), draws(4, 1), {}, "expected n and p above 0"),
        (draws(4, 2), draws(4, 1), {"ridge": -1.0}, "ridge -1.0"),
        (draws(4, 2), draws(4, 1), {"rcond": -1.0}, "rcond is -1.0"),
        (draws(4, 2), draws(4, 1), {"ridge": float("nan")}, "ridge nan"),
        (draws(4, 2) / 0, draws(4, 1), {}, "not finite"),
    ],
)
def test_what_has_no_answer_is_refused(features, targets, options, words):
    with pytest.raises(ValueError) as refused:
        minimum_norm(features, targets, **options)
    assert words in str(refused.value)
