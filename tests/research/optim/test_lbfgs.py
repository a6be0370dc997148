"""L-BFGS's line search keeps its promises, and the memory its length."""

import pytest
import torch
from torch import nn

from research.optim.optimizers import build_optimizer
from research.settings.optimizers import LBFGSSettings
from tests.research.optim.references.harness import Problem

SUFFICIENT_DECREASE, CURVATURE = 1e-4, 0.9


class Search:
    """The test problem under L-BFGS, one iteration a step."""

    def __init__(self, **settings):
        self.problem = Problem()
        self.weights = [nn.Parameter(start.clone()) for start in self.problem.start]
        self.optimizer = build_optimizer(LBFGSSettings(max_iter=1, **settings), self.weights)

    def loss(self):
        self.optimizer.zero_grad()
        loss = self.problem.loss(self.weights)
        torch.autograd.backward(loss)
        return loss

    def step(self):
        """Takes a step; loss and gradient before and after, and the displacement."""
        before = self._point()
        self.optimizer.step(self.loss)
        after = self._point()
        return before, after, after[2] - before[2]

    def _point(self):
        weights = [w.detach().clone() for w in self.weights]
        flat = [torch.cat([t.flatten() for t in each]) for each in (self.gradient(), weights)]
        return float(self.problem.loss(weights)), *flat

    def gradient(self):
        return self.problem.gradients([w.detach() for w in self.weights])


def test_every_step_satisfies_the_strong_wolfe_conditions():
    """Nocedal and Wright (2006), (3.7): enough decrease, and a slope that has flattened."""
    search = Search(lr=8.0, tolerance_change=0.0, tolerance_gradient=0.0)
    for _ in range(12):
        (loss, gradient, _), (later, after, _), moved = search.step()
        slope = float(gradient @ moved)
        assert slope < 0
        assert later <= loss + SUFFICIENT_DECREASE * slope
        assert abs(float(after @ moved)) <= CURVATURE * abs(slope)


def test_a_first_guess_that_is_far_too_long_is_shortened():
    fixed, searched = Search(lr=30.0, line_search=None), Search(lr=30.0)
    for each in (fixed, searched):
        for _ in range(25):
            each.step()
    assert searched.gradient()[0].abs().max() < 1e-3
    assert not fixed.gradient()[0].abs().max() < 1


@pytest.mark.parametrize("history", [1, 5])
def test_only_so_many_pairs_are_kept(history):
    search = Search(history=history)
    for _ in range(10):
        search.step()
    state = search.optimizer.state[search.weights[0]]
    assert len(state["old_dirs"]) == history


def test_a_rate_of_zero_leaves_the_weights_where_they_are():
    """A warmup begins with it; torch's line search would divide by the length of the step."""
    search = Search()
    search.step()
    for group in search.optimizer.param_groups:
        group["lr"] = 0.0
    before, after, displacement = search.step()
    assert displacement.abs().max() == 0
    assert before[0] == after[0]
    assert float(search.optimizer.step(search.loss).detach()) == pytest.approx(before[0])
    search.optimizer.param_groups[0]["lr"] = 1.0
    _, later, _ = search.step()
    assert later[0] < before[0]
