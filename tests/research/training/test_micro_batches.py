"""A step that takes its batch in parts: the same gradients, and everything else once a step."""

import pytest
import torch
from pytorch_lightning import Callback

from research.training.steps import TrainStep
from tests.parity.module import ParityTask
from tests.parity.settings import ParitySettings

INDICES = torch.tensor([3, 17, 8, 30, 21, 5, 36])
SIZES = (1, 2, 3, 6, 7, 100)


def task_of(dropout=0.0):
    torch.manual_seed(2)
    task = ParityTask(dropout=dropout)
    task.model.double()
    task.splits["train"]["x"] = task.splits["train"]["x"].double()
    return task


def step_of(task, optimizer=torch.optim.SGD, rate=0.5, **options):
    optimizer = optimizer(task.model.parameters(), lr=rate)
    return TrainStep(task, task.model, optimizer, task.splits["train"], accuracy=True, **options)


def gradients(task, indices=INDICES, batch_size=7, **options):
    """The gradients that stand before the update, and what the step measured."""
    found = []
    look = lambda: found.extend(p.grad.clone() for p in task.model.parameters())  # noqa: E731
    return found, step_of(task, rate=0.0, **options)(indices, batch_size, look)


@pytest.mark.parametrize("size", SIZES)
def test_parts_add_up_to_the_whole_batch(size):
    whole, measured = gradients(task_of())
    parts, in_parts = gradients(task_of(), micro_batch=size)
    torch.testing.assert_close(parts, whole, rtol=1e-12, atol=1e-15)
    torch.testing.assert_close(in_parts, measured, rtol=1e-12, atol=0)


@pytest.mark.parametrize("size", SIZES)
def test_steps_in_parts_are_the_steps_of_whole_batches(size):
    ours, whole = task_of(), task_of()
    step, twin = (
        step_of(ours, torch.optim.Adam, 0.1, micro_batch=size),
        step_of(whole, torch.optim.Adam, 0.1),
    )
    for _ in range(4):
        step(INDICES, 7)
        twin(INDICES, 7)
    torch.testing.assert_close(
        list(ours.model.parameters()), list(whole.model.parameters()), rtol=1e-9, atol=1e-12
    )


def test_no_more_is_computed_at_once_than_was_asked_for():
    task, shapes = task_of(), []
    task.model.register_forward_hook(lambda _, inputs, __: shapes.append(len(inputs[0])))
    step_of(task, micro_batch=3)(INDICES, 7)
    assert shapes == [3, 3, 1]
    del shapes[:]
    step_of(task, micro_batch=7)(INDICES, 7)
    assert shapes == [7], "a batch that fits is one part"


def test_under_dropout_every_part_draws_its_own_mask_in_order():
    """The slow obvious twin: one part after another, each divided by the size of the batch."""
    ours, twin = task_of(0.5), task_of(0.5)
    torch.manual_seed(7)
    found, measured = gradients(ours, micro_batch=3)
    torch.manual_seed(7)
    total = 0.0
    for part in (INDICES[:3], INDICES[3:6], INDICES[6:]):
        batch = {name: column[part] for name, column in twin.splits["train"].items()}
        loss = twin.losses(twin.model, batch).sum() / 7
        loss.backward()
        total += loss.item()
    torch.testing.assert_close(found, [p.grad for p in twin.model.parameters()], rtol=0, atol=0)
    assert measured[0].item() == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize("size", [1, 2, None])
def test_uneven_shares_of_processes_in_parts_add_up_to_the_whole(size):
    whole, loss = gradients(task_of())
    shares = [gradients(task_of(), INDICES[rank::2], 7, micro_batch=size) for rank in (0, 1)]
    added = [sum(each) for each in zip(*(found for found, _ in shares), strict=True)]
    torch.testing.assert_close(added, whole, rtol=1e-12, atol=1e-15)
    torch.testing.assert_close(shares[0][1] + shares[1][1], loss, rtol=1e-12, atol=0)


class TestObservers:
    def show(self, optimizer=torch.optim.SGD, **options):
        """What an observer is shown in one step."""
        task, shown = task_of(), []
        step = step_of(task, optimizer, observe=lambda *each: shown.append(each), **options)
        before = [p.detach().clone() for p in task.model.parameters()]
        step(INDICES, 7)
        for parameter, value in zip(task.model.parameters(), before, strict=True):
            parameter.data = value  # what was shown is from before the update
        return task, shown

    @pytest.mark.parametrize("size", SIZES)
    def test_are_shown_every_example_once(self, size):
        task, shown = self.show(micro_batch=size)
        batch = {name: column[INDICES] for name, column in task.splits["train"].items()}
        losses, outputs = (torch.cat([each[place] for each in shown]) for place in (0, 1))
        torch.testing.assert_close(outputs, task.outputs(task.model, batch).detach())
        torch.testing.assert_close(losses, task.losses(task.model, batch).detach())
        for name, column in batch.items():
            assert torch.equal(torch.cat([each[2][name] for each in shown]), column)
        assert not losses.requires_grad and not outputs.requires_grad

    @pytest.mark.parametrize("size", [2, None])
    def test_see_one_pass_of_an_optimizer_that_makes_several(self, size):
        _, shown = self.show(AsksTwice, micro_batch=size)
        assert sum(len(losses) for losses, _, _ in shown) == 7


class AsksTwice(torch.optim.LBFGS):
    """Evaluates the loss where it stands, three times."""

    def step(self, closure):
        self.losses = [closure() for _ in range(3)]
        return self.losses[0]


def test_a_step_that_looks_again_does_so_in_parts_and_with_the_same_masks():
    task, shapes = task_of(0.5), []
    task.model.register_forward_hook(lambda _, inputs, __: shapes.append(len(inputs[0])))
    step = step_of(task, AsksTwice, micro_batch=4)
    step(INDICES, 7)
    assert len(set(step.optimizer.losses)) == 1
    assert shapes == [4, 3] * 3


def test_a_run_in_parts_is_the_run_in_whole_batches(train):
    """Through Lightning, from the settings to the weights."""

    def prepare(size):
        def change(module):
            values = module.settings.model_dump() | {"micro_batch_size": size}
            module.settings = ParitySettings.model_validate(values)
            module.task.model[2].p = 0.0

        return change

    class Shapes(Callback):
        def on_fit_start(self, trainer, pl_module):
            hook = lambda _, inputs, __: found.append(len(inputs[0]))  # noqa: E731
            pl_module.model.register_forward_hook(hook)

    runs = {}
    for name, size in (("parts", 3), ("whole", None)):
        found = []
        done = train(name, [Shapes()], prepare(size), max_steps=20)
        runs[name] = [p.detach() for p in done.module.model.parameters()], set(found)
    torch.testing.assert_close(runs["parts"][0], runs["whole"][0], rtol=1e-4, atol=1e-6)
    assert {3, 2} <= runs["parts"][1] and 8 not in runs["parts"][1] and 8 in runs["whole"][1]
