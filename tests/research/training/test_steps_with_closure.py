"""A step of an optimizer that asks for the loss again: one batch, one function, one measurement."""

import pytest
import torch

from research.data.loader import IndexLoader
from research.optim.optimizers import build_optimizer
from research.seeds import derive
from research.settings.optimizers import LBFGSSettings
from research.training.steps import TrainStep
from tests.parity.module import ParityTask
from tests.parity.settings import ParitySettings

INDICES = torch.tensor([3, 17, 8, 30, 21, 5, 36])


def task_of(dropout):
    torch.manual_seed(2)
    return ParityTask(dropout=dropout)


class CountingTask(ParityTask):
    """Notes the batch, the weights and the outputs of every evaluation."""

    def __init__(self, dropout=0.0):
        torch.manual_seed(2)
        super().__init__(dropout=dropout)
        self.seen = []

    def outputs(self, model, batch):
        outputs = super().outputs(model, batch)
        weights = [p.detach().clone() for p in model.parameters()]
        self.seen.append((batch["x"].clone(), weights, outputs.detach().clone()))
        return outputs


def lbfgs(task, **options):
    return torch.optim.LBFGS(task.model.parameters(), line_search_fn="strong_wolfe", **options)


def step_of(task, optimizer, **options):
    return TrainStep(task, task.model, optimizer, task.splits["train"], **options)


def test_the_step_is_that_of_torchs_own_loop():
    """The slow obvious twin: the closure of torch's documentation, evaluated one more time."""
    ours, twin = task_of(0.0), task_of(0.0)
    step, optimizer = step_of(ours, lbfgs(ours)), lbfgs(twin)
    batch = {name: column[INDICES] for name, column in twin.splits["train"].items()}

    def closure():
        optimizer.zero_grad()
        loss = twin.losses(twin.model, batch).mean()
        loss.backward()
        return loss

    for _ in range(3):
        measured = step(INDICES, 7)
        before = optimizer.step(closure)
        assert measured.item() == pytest.approx(before.item(), abs=1e-6)
    torch.testing.assert_close(list(ours.model.parameters()), list(twin.model.parameters()))


def test_every_evaluation_is_of_the_same_batch_and_none_is_made_twice():
    task = CountingTask()
    optimizer = lbfgs(task)
    measured = step_of(task, optimizer, accuracy=True)(INDICES, 7)
    assert len(task.seen) == optimizer.state[next(task.model.parameters())]["func_evals"] > 2
    points, weights, outputs = task.seen[0]
    assert all(torch.equal(points, each[0]) for each in task.seen)
    assert not any(torch.equal(weights[0], each[1][0]) for each in task.seen[1:])
    labels = task.splits["train"]["y"][INDICES]
    loss = torch.nn.functional.cross_entropy(outputs, labels)
    assert measured.tolist() == [
        pytest.approx(loss.item()),
        pytest.approx((outputs.argmax(dim=1) == labels).float().mean().item()),
    ], "the loss before the step, not that of the last evaluation"


class AsksTwice(torch.optim.LBFGS):
    """Evaluates the loss where it stands, three times."""

    def step(self, closure):
        self.losses = [closure() for _ in range(3)]
        return self.losses[0]


def test_dropout_drops_the_same_units_throughout_a_step_and_others_in_the_next():
    task = CountingTask(dropout=0.5)
    step = step_of(task, AsksTwice(task.model.parameters()))
    for _ in range(2):
        step(INDICES, 7)
        assert len(set(step.optimizer.losses)) == 1
    outputs = [each[2] for each in task.seen]
    assert torch.equal(outputs[0], outputs[1]) and torch.equal(outputs[0], outputs[2])
    assert not torch.equal(outputs[0], outputs[3])


def test_random_numbers_after_a_step_do_not_depend_on_how_often_it_looked():
    following = []
    for kind in (torch.optim.SGD, AsksTwice):
        task = CountingTask(dropout=0.5)
        torch.manual_seed(4)
        step_of(task, kind(task.model.parameters(), lr=0.1))(INDICES, 7)
        following.append(torch.rand(3))
    assert torch.equal(*following)


def test_what_is_called_before_the_update_is_called_once_with_gradients():
    task, twin, seen = task_of(0.0), task_of(0.0), []
    look = lambda: seen.append([p.grad.clone() for p in task.model.parameters()])  # noqa: E731
    step_of(task, lbfgs(task))(INDICES, 7, look)
    batch = {name: column[INDICES] for name, column in twin.splits["train"].items()}
    mean = twin.losses(twin.model, batch).mean()
    [gradients] = seen
    expected = torch.autograd.grad(mean, list(twin.model.parameters()))
    torch.testing.assert_close(gradients, list(expected))


def test_a_run_with_lbfgs_is_the_hand_written_loop(train):
    """With dropout too: its mask is the one thing that a step draws."""

    def prepare(module):
        values = module.settings.model_dump()
        values |= {"optimizer": {"name": "lbfgs", "max_iter": 3}}
        values |= {"batch_size": None, "schedule": {"name": "constant"}}
        module.settings = ParitySettings.model_validate(values)

    done = train("run", prepare=prepare, max_steps=6)
    torch.manual_seed(derive(5, "initialisation"))
    task = ParityTask()
    optimizer = build_optimizer(LBFGSSettings(max_iter=3), task.model)
    loader = IndexLoader(37, None, seed=5)
    torch.manual_seed(derive(5, "training", 0))
    for _ in range(6):
        indices, _ = loader.next()
        batch = {name: column[indices] for name, column in task.splits["train"].items()}
        state = torch.get_rng_state()

        def closure(batch=batch, state=state):
            torch.set_rng_state(state)
            optimizer.zero_grad()
            loss = task.losses(task.model, batch).sum() / 37
            loss.backward()
            return loss

        optimizer.step(closure)
    for ours, twin in zip(done.module.model.parameters(), task.model.parameters(), strict=True):
        assert torch.equal(ours, twin)
