"""Grokking takes every optimizer and weight average by name, from flags to trained weights."""

from typing import get_args

import pytest
import torch
from pytorch_lightning import Trainer

from experiments.command_line.catalog import find
from experiments.grokking.module import Grokking
from experiments.grokking.settings import GrokkingSettings
from research.settings.averaging import AveragingSettings
from research.settings.document import read_document
from research.settings.optimizers import OptimizerSettings
from research.settings.resolve import resolve
from research.settings.training import WHOLE_TRAINING_SET

SMALL = {
    "data.modulus": 5,
    "model.layers": 1,
    "model.width": 16,
    "model.output_classes": 5,
    "trainer.max_steps": 4,
    "trainer.accelerator": "cpu",
    "evaluation.every": 4,
    "stop": None,
}
"""The lecture's variant with its component changed, and as small as can be."""


def names(union):
    return [each.model_fields["name"].default for each in get_args(get_args(union)[0])]


@pytest.fixture(scope="module")
def document():
    return read_document(find("grokking").config)


def trained(document, flags):
    """The weights before and after a run of the lecture's variant with these flags."""
    overrides = {**SMALL, **flags}
    command = resolve(document, GrokkingSettings, "quick", ["lecture-wd1"], [0], overrides)
    module = Grokking(command.variants["lecture-wd1"].settings, seed=0)
    before = [parameter.detach().clone() for parameter in module.parameters()]
    quiet = {"logger": False, "enable_checkpointing": False, "enable_progress_bar": False}
    trainer = Trainer(accelerator="cpu", max_steps=4, enable_model_summary=False, **quiet)
    trainer.fit(module)
    return before, list(module.parameters())


def assert_moved(before, after):
    assert all(weights.isfinite().all() for weights in after)
    assert not any(torch.equal(old, new) for old, new in zip(before, after, strict=True))


@pytest.mark.parametrize("name", names(OptimizerSettings))
def test_every_optimizer(document, name):
    whole = {"batch_size": None} if name in WHOLE_TRAINING_SET else {}
    assert_moved(*trained(document, {"optimizer.name": name, **whole}))


@pytest.mark.parametrize("name", names(AveragingSettings))
def test_every_average(document, name):
    assert_moved(*trained(document, {"averaging.name": name}))
