"""One step: the gradient of the mean loss, what it measures, and the update."""

import pytest
import torch

from research.training.steps import TrainStep
from tests.parity.module import ParityTask

INDICES = torch.tensor([3, 17, 8, 30, 21, 5, 36])


@pytest.fixture
def task():
    torch.manual_seed(2)
    return ParityTask(dropout=0.0)


def build(task, **options):
    optimizer = torch.optim.SGD(task.model.parameters(), lr=0.5)
    return TrainStep(task, task.model, optimizer, task.splits["train"], **options)


def batch_of(task, indices=INDICES):
    return {name: column[indices] for name, column in task.splits["train"].items()}


def gradients_of(task, indices, batch_size):
    """The gradients that stand when the update is about to be made."""
    found = []
    look = lambda: found.extend(p.grad.clone() for p in task.model.parameters())  # noqa: E731
    build(task)(indices, batch_size, look)
    return found


def test_the_gradient_is_that_of_the_mean_loss(task):
    mean = task.losses(task.model, batch_of(task)).mean()
    expected = torch.autograd.grad(mean, list(task.model.parameters()))
    torch.testing.assert_close(gradients_of(task, INDICES, 7), list(expected))


def test_the_gradients_of_uneven_shares_add_up_to_the_whole(task):
    """Two processes hold 4 and 3 of 7 examples; each divides by 7, not by its own count."""
    start = {name: value.clone() for name, value in task.model.state_dict().items()}
    found = []
    for indices in (INDICES, INDICES[0::2], INDICES[1::2]):
        task.model.load_state_dict(start)
        found.append(gradients_of(task, indices, 7))
    whole, first, second = found
    torch.testing.assert_close([a + b for a, b in zip(first, second, strict=True)], whole)


def test_the_update_is_the_optimizers(task):
    """w <- w - lr * gradient: once, and with the gradient of this step alone."""
    step = build(task)
    for _ in range(2):
        before = [p.detach().clone() for p in task.model.parameters()]
        mean = task.losses(task.model, batch_of(task)).mean()
        gradient = torch.autograd.grad(mean, list(task.model.parameters()))
        step(INDICES, 7)
        expected = [p - 0.5 * g for p, g in zip(before, gradient, strict=True)]
        torch.testing.assert_close(list(task.model.parameters()), expected)


def test_loss_and_accuracy_are_those_before_the_update(task):
    batch = batch_of(task)
    outputs = task.model(batch["x"])
    right = sum(int(row.argmax()) == int(y) for row, y in zip(outputs, batch["y"], strict=True))
    loss = task.losses_of(outputs, batch).mean().item()
    measured = build(task, accuracy=True)(INDICES, 7)
    assert measured.tolist() == [pytest.approx(loss), pytest.approx(right / 7)]
    assert task.losses(task.model, batch).mean().item() < loss
    assert not measured.requires_grad


def test_without_accuracy_the_loss_is_alone(task):
    assert build(task)(INDICES, 7).shape == (1,)


def test_what_is_called_before_the_update_may_set_its_rate(task):
    """The schedule works there: a rate of zero leaves the weights as they are."""
    step = build(task)
    before = [p.detach().clone() for p in task.model.parameters()]
    step(INDICES, 7, lambda: step.optimizer.param_groups[0].update(lr=0.0))
    assert all(torch.equal(a, b) for a, b in zip(before, task.model.parameters(), strict=True))
