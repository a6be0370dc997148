"""What a short run on real digits logs, against a pass of its own over the data."""

import pytest
import torch
from pytorch_lightning import Trainer
from torch.nn import functional as F

from experiments.heavy_tails_images.module import HeavyTailsImages
from experiments.heavy_tails_images.settings import HeavyTailsImagesSettings
from research.reweighting import label_weights


def fitted(**changes: object) -> tuple[HeavyTailsImages, dict[str, float]]:
    settings = HeavyTailsImagesSettings.model_validate(
        {
            "data": {"train_examples": 200, "test_examples": 100, "bits": 2},
            "model": {"name": "mlp", "widths": [16]},
            "optimizer": {"name": "adam", "lr": 0.01},
            "trainer": {"max_steps": 20, "accelerator": "cpu"},
            "evaluation": {"every": 10, "batch_size": 64},
            **changes,
        }
    )
    module = HeavyTailsImages(settings, 0)
    trainer = Trainer(
        max_steps=20,
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
        accelerator="cpu",
    )
    trainer.fit(module)
    return module, {name: float(value) for name, value in trainer.callback_metrics.items()}


@pytest.mark.parametrize("reweighting", ["none", "inverse"])
def test_losses_of_both_halves_and_of_what_is_minimised(reweighting):
    module, metrics = fitted(reweighting=reweighting)
    counts = torch.bincount(module.task.splits["train"]["labels"], minlength=40)
    weights = label_weights(counts, 1.0 if reweighting == "inverse" else 0.0)
    for name, split in module.task.splits.items():
        labels = split["labels"]
        with torch.no_grad():
            losses = F.cross_entropy(module.model(split["images"]), labels, reduction="none")
        expected = {
            "loss": losses.mean(),
            "frequent_loss": losses[labels < 10].mean(),
            "rare_loss": losses[labels >= 10].mean(),
            "weighted_loss": (losses * weights[labels]).mean(),
        }
        for metric, value in expected.items():
            assert metrics[f"{name}/{metric}"] == pytest.approx(value.item(), rel=1e-5)
    assert (metrics["train/weighted_loss"] == metrics["train/loss"]) == (reweighting == "none")


def test_examples_are_kept_for_the_figure():
    module, _ = fitted()
    images, labels = (module.task.splits["train"][name] for name in ("images", "labels"))
    classes = module.arrays["example_classes"].tolist()
    assert classes == [[3, 13, 23, 33], [8, 18, 28, 38]], "no code, and the codes 1, 2 and 3"
    for row, numbers in enumerate(classes):
        for column, number in enumerate(numbers):
            shown = module.arrays["examples"][row, column]
            assert any(torch.equal(shown, each[0]) for each in images[labels == number])
            assert module.arrays["example_counts"][row, column] == (labels == number).sum()


def test_weights_change_what_is_learnt():
    losses = {
        weighting: fitted(reweighting=weighting)[1]["train/weighted_loss"]
        for weighting in ("none", "inverse_sqrt", "inverse")
    }
    assert len(set(losses.values())) == 3


def test_parts_of_the_whole_training_set_add_up_to_it():
    """The whole set in one piece or in parts of 50 gives the same losses but for rounding."""
    whole, parts = (fitted(reweighting="inverse", micro_batch_size=size)[1] for size in (None, 50))
    for name in ("train/weighted_loss", "train/rare_loss", "test/loss"):
        assert parts[name] == pytest.approx(whole[name], rel=1e-3)
