"""Grokking's task: sequences, losses in closed form, and both ways to compute them."""

import math

import pytest
import torch
from torch.nn import functional as F

from experiments.grokking.task import GrokkingTask
from research.settings.data import ModularArithmeticSettings
from research.settings.models import TransformerSettings


def build(sharing=False, *, end=False, **model):
    torch.manual_seed(0)
    data = ModularArithmeticSettings(modulus=7, supervise_end=end)
    return GrokkingTask(data, TransformerSettings(width=16, heads=2, **model), sharing)


def examples(task, count=5):
    return {name: column[:count] for name, column in task.splits["train"].items()}


def test_sequences():
    task = build()
    batch = {"left": torch.tensor([3]), "right": torch.tensor([5]), "answer": torch.tensor([2])}
    assert task.tokens(batch).tolist() == [[3, 7, 5, 8]]
    assert task.targets(batch).tolist() == [[2]]
    task = build(end=True)
    assert task.tokens(batch).tolist() == [[9, 3, 7, 5, 8, 2]]
    assert task.targets(batch).tolist() == [[2, 9]]


@pytest.mark.parametrize(("end", "classes"), [(False, 9), (True, 10)])
def test_the_output_layer_has_a_row_for_every_token(end, classes):
    task = build(end=end)
    outputs = task.outputs(task.model, examples(task))
    assert outputs.shape == (5, 2 if end else 1, classes)


@pytest.mark.parametrize("end", [False, True])
def test_a_model_that_knows_nothing_loses_the_logarithm_of_the_classes(end):
    task = build(end=end)
    batch = examples(task)
    outputs = torch.zeros_like(task.outputs(task.model, batch))
    expected = torch.full((5,), math.log(10 if end else 9))
    torch.testing.assert_close(task.losses_of(outputs, batch), expected)


def test_the_loss_is_the_mean_over_supervised_tokens():
    task = build(end=True)
    batch = examples(task)
    logits = task.model(task.tokens(batch), 2)
    slow = [
        (F.cross_entropy(two[0], z) + F.cross_entropy(two[1], torch.tensor(9))) / 2
        for two, z in zip(logits, batch["answer"], strict=True)
    ]
    torch.testing.assert_close(task.losses(task.model, batch), torch.stack(slow))


def test_an_example_is_right_if_all_its_tokens_are():
    task = build(end=True)
    batch = {name: torch.tensor([1, 1, 1]) for name in ("left", "right", "answer")}
    predicted = torch.tensor([[1, 9], [1, 0], [2, 9]])
    assert task.correct(F.one_hot(predicted, 10).float(), batch).tolist() == [True, False, False]
    single = build()
    outputs = F.one_hot(torch.tensor([[1], [1], [0]]), 9).float()
    assert single.correct(outputs, batch).tolist() == [True, True, False]


@pytest.mark.parametrize("end", [False, True])
@pytest.mark.parametrize("norm", ["pre", "post"])
def test_sharing_changes_no_number(end, norm):
    plain, shared = (build(sharing, end=end, norm=norm) for sharing in (False, True))
    batch = examples(plain, 20)
    losses = [task.losses(task.model, batch) for task in (plain, shared)]
    torch.testing.assert_close(losses[0], losses[1], atol=1e-5, rtol=0)


def test_labels_and_splits():
    task = build()
    assert set(task.splits) == {"train", "validation"}
    batch = task.splits["validation"]
    assert torch.equal(task.labels(batch), batch["answer"])
    assert torch.equal(task.labels(batch) * batch["right"] % 7, batch["left"])


@pytest.mark.parametrize("sharing", [False, True])
def test_a_few_steps_lower_the_loss(sharing):
    task = build(sharing)
    batch = task.splits["train"]
    optimizer = torch.optim.AdamW(task.model.parameters(), lr=1e-2)
    first = task.losses(task.model, batch).mean()
    for _ in range(20):
        optimizer.zero_grad()
        task.losses(task.model, batch).mean().backward()
        optimizer.step()
    assert task.losses(task.model, batch).mean() < first / 2
