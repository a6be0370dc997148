"""Sharpness: closed forms of quadratic and linear losses."""

import pytest
import torch

from research.landscape.curvature.hessian import Hessian
from research.landscape.curvature.sharpness import (
    adaptive_sharpness,
    keskar_sharpness,
    sharpness,
)


def parts(objective):
    """A, b and w of a quadratic, and its loss as a function."""
    matrix, b = (objective.examples[name].mean(dim=0) for name in ("A", "b"))
    model = objective.model
    w = torch.cat([model.first, model.rest]).detach()
    return matrix, b, w, lambda at: float(at @ matrix @ at / 2 + b @ at)


def test_of_sam(make):
    objective = make.quadratic()
    matrix, b, w, loss = parts(objective)
    g = matrix @ w + b
    expected = loss(w + 0.3 * g / g.norm()) - loss(w)
    hessian = Hessian(objective, precision=torch.float64)
    assert sharpness(hessian, 0.3) == pytest.approx(expected, rel=1e-12)
    assert expected > 0.1


def test_adaptive(make):
    objective = make.quadratic()
    matrix, b, w, loss = parts(objective)
    scaled = w.abs() * (matrix @ w + b)
    step = 0.3 * w.abs() * scaled / scaled.norm()
    assert (step / w.abs()).norm() == pytest.approx(0.3)  # the edge of the neighbourhood
    hessian = Hessian(objective, precision=torch.float64)
    assert adaptive_sharpness(hessian, 0.3) == pytest.approx(loss(w + step) - loss(w), rel=1e-12)


def test_a_weight_of_zero_stays_where_it_is(make):
    objective = make.linear(torch.tensor([[0.0, 1, 2, 3, 4]] * 4, dtype=torch.float64))
    with torch.no_grad():
        objective.model.first.zero_()
        objective.model.rest.copy_(torch.tensor([0.0, 0.0, 2.0]))
    hessian = Hessian(objective, precision=torch.float64)
    assert adaptive_sharpness(hessian, 0.5) == pytest.approx(0.5 * 2 * 4)


def test_where_the_gradient_is_zero_nothing_rises(make):
    objective = make.linear(torch.zeros(4, 5, dtype=torch.float64))
    hessian = Hessian(objective, precision=torch.float64)
    assert sharpness(hessian, 1.0) == adaptive_sharpness(hessian, 1.0) == 0


def test_keskars_of_a_linear_loss_lies_in_a_corner_of_the_box(make):
    """max b^T e over |e_i| <= r (|w_i| + 1) is sum_i |b_i| r (|w_i| + 1)."""
    gradient = torch.tensor([1.0, -2, 3, 0, 5], dtype=torch.float64)
    objective = make.linear(gradient.repeat(4, 1))
    with torch.no_grad():
        objective.model.rest.copy_(torch.tensor([-4.0, 2.0, 0.5]))
    w = torch.tensor([1.0, 1, -4, 2, 0.5])
    rise = float((gradient.abs() * 1e-3 * (w.abs() + 1)).sum())
    centre = float(gradient @ w.double())
    hessian = Hessian(objective, precision=torch.float64)
    found = keskar_sharpness(hessian, 1e-3)
    assert found == pytest.approx(100 * rise / (1 + centre), rel=1e-9)
    assert keskar_sharpness(hessian, 2e-3) == pytest.approx(2 * found, rel=1e-9)


def test_keskars_of_a_quadratic_keeps_to_the_box_and_finds_its_corner(make):
    objective = make.quadratic()
    diagonal = torch.diag(torch.tensor([1.0, 2, 3, 4, 5], dtype=torch.float64))
    objective.examples["A"][:] = diagonal
    _, _, w, loss = parts(objective)
    box = 0.01 * (w.abs() + 1)
    corners = torch.cartesian_prod(*([torch.tensor([-1.0, 1.0], dtype=torch.float64)] * 5))
    highest = max(loss(w + corner * box) for corner in corners)
    found = keskar_sharpness(Hessian(objective, precision=torch.float64), 0.01)
    assert found == pytest.approx(100 * (highest - loss(w)) / (1 + loss(w)), rel=1e-9)
