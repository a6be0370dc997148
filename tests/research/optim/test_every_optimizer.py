"""What every optimizer of the union owes, whoever wrote it.

It follows its printed rule, also under a schedule; its state survives a checkpoint bit for bit; bad
hyperparameters are refused in one line that names all of them; and it trains.
"""

import copy
import io
import json
from typing import get_args

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from experiments.__main__ import main
from research.optim.optimizers import BUILDERS, build_optimizer, needs_closure
from research.settings.core_schema import PlainData
from research.settings.structure import Value
from tests.research.optim.references.harness import (
    CLASSES,
    Problem,
    largest_difference,
    references,
)

NAMES = list(CLASSES)
REFERENCES = references()
CASES = [
    pytest.param(name, case, id=f"{name}-{number}")
    for name, reference in REFERENCES.items()
    for number, case in enumerate(reference.CASES)
]


def test_every_name_has_a_reference_and_a_builder():
    assert set(REFERENCES) == set(NAMES)
    assert set(BUILDERS) == set(CLASSES.values())
    for name, reference in REFERENCES.items():
        assert {type(case.settings) for case in reference.CASES} == {CLASSES[name]}


def test_the_problem_is_what_it_says():
    """Gradients by hand are autograd's, and the problem is not quadratic."""
    problem = Problem()
    weights = [start.clone().requires_grad_() for start in problem.start]
    found = torch.autograd.grad(problem.loss(weights), weights)
    for one, other in zip(found, problem.gradients(problem.start), strict=True):
        assert (one - other).abs().max() < 1e-14
    here, there, middle = (
        problem.gradients([start * scale for start in problem.start])[0] for scale in (0, 1, 0.5)
    )
    assert (middle - (here + there) / 2).abs().max() > 1e-2


@pytest.mark.parametrize(("name", "case"), CASES)
def test_follows_its_printed_rule(name, case):
    """Weights after each of 50 updates, in float64, under a rate that rises and falls."""
    assert case.tolerance <= 1e-12 or case.why
    difference, moved = largest_difference(case.settings, REFERENCES[name])
    assert moved > 0.05
    assert difference <= case.tolerance


def network() -> tuple[nn.Module, Tensor, Tensor]:
    """A small network, and 64 points of a square: is the product of their coordinates positive?"""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 16), nn.Tanh())
        model.append(nn.Linear(16, 2))
        points = torch.rand(64, 2) * 2 - 1
    return model, points, (points.prod(dim=1) > 0).long()


class Training:
    """A network and its optimizer, which can be put into a checkpoint."""

    def __init__(self, settings):
        self.model, self.points, self.labels = network()
        self.optimizer = build_optimizer(settings, self.model)

    def loss(self) -> Tensor:
        self.optimizer.zero_grad()
        loss = F.cross_entropy(self.model(self.points), self.labels)
        torch.autograd.backward(loss)
        return loss

    def train(self, steps: int) -> "Training":
        for _ in range(steps):
            if needs_closure(self.optimizer):
                self.optimizer.step(self.loss)
            else:
                self.loss()
                self.optimizer.step()
        return self

    def weights(self) -> Tensor:
        return nn.utils.parameters_to_vector(self.model.parameters()).detach()


def written_and_read(state: dict) -> dict:
    buffer = io.BytesIO()
    torch.save(state, buffer)
    buffer.seek(0)
    return torch.load(buffer, weights_only=True)


@pytest.mark.parametrize("name", NAMES)
def test_state_survives_a_checkpoint(name):
    """A new optimizer that was loaded takes the same next 20 steps as the one that was saved."""
    settings = REFERENCES[name].CASES[-1].settings
    straight = Training(settings).train(15)
    resumed = Training(settings)
    resumed.model.load_state_dict(copy.deepcopy(straight.model.state_dict()))
    resumed.optimizer.load_state_dict(written_and_read(straight.optimizer.state_dict()))
    assert torch.equal(resumed.weights(), straight.weights())
    before = straight.weights()
    straight.train(20)
    assert not torch.equal(before, straight.weights())
    assert torch.equal(resumed.train(20).weights(), straight.weights())


@pytest.mark.parametrize("name", NAMES)
def test_trains_a_small_network(name):
    """The loss halves within 300 steps, with the default settings or those the reference names."""
    settings = getattr(REFERENCES[name], "TRAINS", CLASSES[name]())
    training = Training(settings)
    first = loss = float(training.loss().detach())
    for _ in range(30):
        loss = float(training.train(10).loss().detach())
        if loss < first / 2:
            break
    assert loss < first / 2


def beyond(value: Value) -> PlainData:
    """A value of the right type, just out of the range of a setting."""
    for each in value.alternatives():
        kinds = get_args(each.annotation)
        if each.choices():
            return "nonsense"
        if kinds:
            return [beyond(each.item(position)) for position in range(len(kinds))]
        if each.annotation is bool:
            return 1
        for bound in each.bounds:
            for kind, past in (("gt", 0), ("ge", -1), ("lt", 0), ("le", 1)):
                if hasattr(bound, kind):
                    assert getattr(bound, kind) >= 0, "no hyperparameter is negative"
                    return getattr(bound, kind) + past
    raise AssertionError(f"{value} has no bounds: what would be wrong?")


@pytest.mark.parametrize("name", NAMES)
def test_bad_hyperparameters_are_refused_in_one_line_each(name, capsys):
    """Every key gets a value just out of its range, all at once: a line each, of five."""
    fields = {key: field for key, field in CLASSES[name].model_fields.items() if key != "name"}
    bad = {key: beyond(Value.of_field(field)) for key, field in fields.items()}
    words = [f"--optimizer.{key}={json.dumps(value)}" for key, value in bad.items()]
    command = ["show", "grokking", "--variants", "lecture-wd1", "--batch_size=null"]
    assert main([*command, "--optimizer.name", name, *words]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith(f"descent: --optimizer.{next(iter(bad))}")
    problems = sum(len(value) if isinstance(value, list) else 1 for value in bad.values())
    assert len(lines) == min(problems, 6)
    assert problems <= 5 or lines[5] == f"descent: and {problems - 5} more"


@pytest.mark.parametrize("name", NAMES)
def test_formula_and_source_are_one_line(name):
    for text in (CLASSES[name].formula, CLASSES[name].source):
        assert text == text.strip()
        assert "\n" not in text
        assert 10 < len(text) < 240
