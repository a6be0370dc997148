"""Batch norm's statistics measured anew, against sums over pixels."""

import copy

import pytest
import torch
from torch import nn

from research.image_task import ImageTask
from research.settings.images import ImageSettings
from research.settings.models import CNN5Settings
from research.training.batch_statistics import measure_statistics


@pytest.fixture
def task():
    torch.manual_seed(0)
    task = ImageTask(ImageSettings(train_examples=100), CNN5Settings(width=2))
    task.model.eval()
    for norm in norms_of(task.model):
        norm.running_mean.fill_(7)
        norm.running_var.fill_(9)
        norm.num_batches_tracked.fill_(50)
    return task


def norms_of(model: nn.Module) -> list[nn.BatchNorm2d]:
    return [module for module in model.modules() if isinstance(module, nn.BatchNorm2d)]


def first_layer(task: ImageTask, rows: slice) -> torch.Tensor:
    return task.model.features[0](task.splits["train"]["images"][rows]).detach()


def test_the_first_norm_has_the_mean_of_the_batches(task):
    measure_statistics(task, task.model, task.splits["train"], 30)
    parts = [first_layer(task, slice(start, start + 30)) for start in (0, 30, 60)]
    norm = norms_of(task.model)[0]
    for channel in range(2):
        values = [part[:, channel] for part in parts]
        mean = sum(float(each.double().mean()) for each in values) / 3
        variance = sum(float(each.double().var()) for each in values) / 3
        assert float(norm.running_mean[channel]) == pytest.approx(mean, rel=1e-5, abs=1e-6)
        assert float(norm.running_var[channel]) == pytest.approx(variance, rel=1e-5)


def test_one_batch_is_evaluated_as_it_was_trained(task):
    """But for the variance, which is over n in training and over n - 1 in the statistics."""
    batch = task.splits["train"]
    trained = copy.deepcopy(task.model).train()
    expected = task.outputs(trained, batch)
    wrong = task.outputs(task.model, batch)
    measure_statistics(task, task.model, batch, 1000)
    assert torch.allclose(task.outputs(task.model, batch), expected, atol=5e-3)
    assert not torch.allclose(wrong, expected, atol=0.1)


def test_nothing_else_changes(task):
    before = copy.deepcopy(task.model)
    state = torch.get_rng_state()
    measure_statistics(task, task.model, task.splits["train"], 40)
    assert torch.equal(torch.get_rng_state(), state)
    assert not any(module.training for module in task.model.modules())
    assert {norm.momentum for norm in norms_of(task.model)} == {0.1}
    for old, new in zip(before.parameters(), task.model.parameters(), strict=True):
        assert torch.equal(old, new)
        assert new.grad is None
