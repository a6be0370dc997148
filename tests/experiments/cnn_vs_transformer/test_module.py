"""One module for both networks, and the entropy of its labels."""

import math

import pytest
import torch

from experiments.cnn_vs_transformer.module import CnnVsTransformer, entropy
from experiments.cnn_vs_transformer.settings import CnnVsTransformerSettings
from research.image_task import ImageTask
from research.settings.resolve import resolve
from research.text_task import TextTask
from tests.experiments.cnn_vs_transformer.made_up import shipped


def settings(variant):
    command = resolve(shipped(), CnnVsTransformerSettings, "smoke", [variant])
    return command.variants[variant].settings


def test_entropy():
    assert entropy(torch.arange(10).repeat(7)) == pytest.approx(math.log(10), abs=1e-12)
    assert entropy(torch.tensor([3, 3, 3])) == 0
    labels = torch.tensor([0, 0, 0, 5, -100, -100])
    assert entropy(labels) == pytest.approx(-0.75 * math.log(0.75) - 0.25 * math.log(0.25))


def test_entropy_is_the_loss_of_the_best_constant_prediction():
    labels = torch.tensor([0, 0, 0, 1, 1, 2, 2, 2, 2, 2])
    logits = (torch.bincount(labels) / 10).double().log().expand(10, 3)
    loss = torch.nn.functional.cross_entropy(logits, labels)
    assert entropy(labels) == pytest.approx(float(loss), abs=1e-6)


def test_images_for_the_cnn():
    module = CnnVsTransformer(settings("cnn-adam-lr0.003"))
    assert isinstance(module.task, ImageTask)
    assert module.evaluated({})["label_entropy"] == pytest.approx(math.log(10), rel=1e-3)


def test_text_for_the_transformer():
    module = CnnVsTransformer(settings("topics-adam-lr0.003"))
    assert isinstance(module.task, TextTask)
    labels = module.task.splits["train"]["tokens"][:, 1:]
    counts = torch.bincount(labels.long().flatten()).double()
    shares = counts[counts > 0] / counts.sum()
    assert module.evaluated({})["label_entropy"] == pytest.approx(
        -float((shares * shares.log()).sum())
    )
