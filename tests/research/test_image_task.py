"""The task and the module of generalisation, with real digits."""

import pytest
import torch
from pydantic import ValidationError
from pytorch_lightning import Trainer
from torch.nn import functional as F

from experiments.generalisation.module import Generalisation
from experiments.generalisation.settings import GeneralisationSettings
from research.image_task import ImageTask
from research.models.cnn import CNN
from research.models.mlp import MLP
from research.settings.images import ImageSettings
from research.settings.models import CNNSettings, MLPSettings
from research.task import size


def settings(**changes: object) -> GeneralisationSettings:
    return GeneralisationSettings.model_validate(
        {
            "data": {"train_examples": 300, "test_examples": 100},
            "model": {"name": "mlp", "widths": [32]},
            "batch_size": 50,
            "optimizer": {"name": "adam", "lr": 0.01},
            "trainer": {"max_steps": 60, "accelerator": "cpu"},
            "evaluation": {"every": 30},
            **changes,
        }
    )


@pytest.mark.parametrize("model", [MLPSettings(), CNNSettings()])
def test_losses_and_labels(model):
    task = ImageTask(ImageSettings(train_examples=20, validation_examples=10), model)
    assert isinstance(task.model, MLP if model.name == "mlp" else CNN)
    assert {name: size(split) for name, split in task.splits.items()} == {
        "train": 20,
        "validation": 10,
        "test": 359,
    }
    batch = task.splits["train"]
    logits = task.outputs(task.model, batch)
    assert logits.shape == (20, 10)
    losses = task.losses_of(logits, batch)
    expected = [-row.log_softmax(0)[y] for row, y in zip(logits, batch["labels"], strict=True)]
    assert torch.allclose(losses, torch.stack(expected), atol=1e-6)
    assert torch.allclose(losses.mean(), F.cross_entropy(logits, batch["labels"]))
    assert torch.equal(task.correct(logits, batch), logits.argmax(1) == task.labels(batch))


def fit(seed: int, **changes: object) -> tuple[Generalisation, dict[str, float]]:
    module = Generalisation(settings(**changes), seed)
    trainer = Trainer(
        max_steps=module.settings.trainer.max_steps,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        accelerator="cpu",
    )
    trainer.fit(module)
    return module, {name: float(value) for name, value in trainer.callback_metrics.items()}


def test_it_learns_the_digits_and_measures_all_splits():
    data = {"train_examples": 300, "validation_examples": 50, "test_examples": 100}
    _, metrics = fit(0, data=data)
    for split in ("train", "validation", "test"):
        assert metrics[f"{split}/accuracy"] > 0.75
    assert metrics["train/accuracy"] > 0.95


def test_the_seed_changes_the_network_and_not_the_images():
    first, other = Generalisation(settings(), 0), Generalisation(settings(), 1)
    for split in first.task.splits:
        for column in ("images", "labels"):
            pair = [module.task.splits[split][column] for module in (first, other)]
            assert torch.equal(*pair)
    weights = [next(module.model.parameters()) for module in (first, other)]
    assert not torch.equal(*weights)
    again = next(Generalisation(settings(), 0).model.parameters())
    assert torch.equal(weights[0], again)


@pytest.mark.parametrize("optimizer", ["swats", "adam_then_sgd", "amsgrad", "heavy_ball"])
def test_every_method_lowers_the_loss(optimizer):
    _, metrics = fit(0, optimizer={"name": optimizer, "lr": 0.01})
    assert metrics["train/loss"] < 1


class TestWhatCanNotBe:
    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"model": {"name": "cnn", "channels": [2] * 4}}, "expected at most 3 for digits"),
            (
                {"model": {"name": "cnn", "channels": [2] * 5}, "data": {"name": "mnist"}},
                "expected at most 4 for mnist",
            ),
            (
                {"model": {"name": "mlp", "batch_norm": True}, "data": {"train_examples": 51}},
                "a batch of 51 in steps of 50 has one image",
            ),
            ({"model": {"name": "mlp", "batch_norm": True}, "batch_size": 1}, "has one image"),
            ({"model": {"name": "resnet"}}, "'mlp', 'cnn'"),
        ],
    )
    def test_is_refused(self, changes, words):
        with pytest.raises(ValidationError, match=words):
            settings(**changes)

    def test_a_last_batch_of_one_may_be_dropped(self):
        norm = {"name": "mlp", "batch_norm": True}
        data = {"train_examples": 51, "test_examples": 20}
        changed = settings(model=norm, data=data, last_batch="drop")
        assert changed.data.train_size == 51
        short = {"max_steps": 3, "accelerator": "cpu"}
        fit(0, model=norm, data=data, last_batch="drop", trainer=short)
