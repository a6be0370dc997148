"""The optimizers of the extra: refused without the package, and SOAP where both sides rotate."""

import sys
from itertools import count

import pytest
import torch
from torch import nn

from experiments.__main__ import main
from research.optim.optimizers import build_optimizer
from research.settings.optimizers import SoapSettings
from tests.research.optim.references import soap


@pytest.mark.parametrize("name", ["soap", "ademamix"])
def test_without_the_package_the_name_is_refused_in_one_line(name, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "pytorch_optimizer", None)
    assert main(["show", "grokking", "--variants", "lecture-wd1", "--optimizer.name", name]) == 2
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert f"--optimizer.name is {name}, expected the package pytorch_optimizer" in line


class Pursuit:
    """Half the squared distance of a [4, 4] matrix and a [4] vector from points that move."""

    def __init__(self):
        generator = torch.Generator().manual_seed(0)
        self.paths = [
            torch.randn(100, *shape, dtype=torch.float64, generator=generator)
            for shape in ((4, 4), (4,))
        ]
        self.step = 0

    def gradients(self, weights):
        self.step += 1
        return [w - path[self.step] for w, path in zip(weights, self.paths, strict=True)]


def test_soap_rotates_both_sides_of_a_matrix():
    settings = SoapSettings(lr=0.02, precondition_every=3, eps=1e-3)
    weights = [nn.Parameter(path[0].clone()) for path in Pursuit().paths]
    optimizer, problem, twin = build_optimizer(settings, weights), Pursuit(), Pursuit()
    start = [each.detach().clone() for each in weights]
    expected = soap.trajectory(settings, twin, [each.clone() for each in start], lambda t: 1.0)
    for _ in count():
        right = next(expected)
        if problem.step == 50:
            break
        for each, gradient in zip(weights, problem.gradients(weights), strict=True):
            each.grad = gradient.detach()
        optimizer.step()
        for each, other in zip(weights, right, strict=True):
            assert (each - other).abs().max() < 1e-5
    assert (weights[0] - start[0]).abs().max() > 0.1
