"""Weights of classes against a loop over labels and against closed forms; in tasks and training."""

import pytest
import torch
from torch.nn import functional as F

from research.image_task import ImageTask
from research.reweighting import ClassWeights, class_weights, label_weights, weighted_loss
from research.settings.images import ImageSettings
from research.settings.models import MLPSettings, TransformerSettings
from research.settings.reweighting import POWERS
from research.settings.text import TextSettings, VocabularySettings
from research.text_task import TextTask
from research.training.steps import TrainStep

COUNTS = [8, 0, 2, 1, 5]


def slow_weights(counts: list[int], power: float) -> list[float]:
    """One class after the other: p^-a, over its mean over the labels, one label after the other."""
    total = sum(counts)
    raw = [(count / total) ** -power if count else 0.0 for count in counts]
    labels = [k for k, count in enumerate(counts) for _ in range(count)]
    mean = sum(raw[k] for k in labels) / total
    return [weight / mean for weight in raw]


@pytest.mark.parametrize("power", [0.0, 0.5, 1.0, 1.7])
def test_a_slow_loop_has_the_same_weights(power):
    found = label_weights(torch.tensor(COUNTS), power)
    assert found.dtype == torch.float64
    assert found.tolist() == pytest.approx(slow_weights(COUNTS, power), rel=1e-14)


def test_with_power_one_every_class_has_the_same_sum_and_with_zero_all_labels_weigh_one():
    counts = torch.tensor(COUNTS)
    sums = counts * label_weights(counts, 1.0)
    assert sums.tolist() == pytest.approx([4, 0, 4, 4, 4], rel=1e-14)
    assert label_weights(counts, 0.0).tolist() == [1, 0, 1, 1, 1]


def test_inverse_square_roots_in_closed_form():
    """Of p = 4/5 and 1/5: weights 1/sqrt(p) over sqrt(4/5) + sqrt(1/5) are 5/6 and 5/3."""
    assert label_weights(torch.tensor([4, 1]), 0.5).tolist() == pytest.approx([5 / 6, 5 / 3])


def test_counts_and_shares_give_the_same():
    shares = torch.tensor(COUNTS) / sum(COUNTS)
    assert torch.allclose(label_weights(shares, 0.5), label_weights(torch.tensor(COUNTS), 0.5))


@pytest.mark.parametrize("counts", [[0, 0], [], [1.0, -1.0], [1.0, float("nan")]])
def test_counts_that_are_none(counts):
    with pytest.raises(ValueError, match="counts of classes"):
        label_weights(torch.tensor(counts), 1.0)


def test_a_negative_power():
    with pytest.raises(ValueError, match=r"power is -0.5"):
        label_weights(torch.tensor([1, 2]), -0.5)


def test_losses_are_multiplied_and_ignored_labels_stay_out():
    weights = class_weights("inverse", torch.tensor([[0, 0, 2], [0, -100, 2]]), 3)
    assert weights is not None
    assert weights.weights.tolist() == pytest.approx([5 / 6, 0, 5 / 4])
    losses = torch.tensor([1.0, 2.0, 0.0, 4.0])
    found = weights.times(losses, torch.tensor([2, 0, -100, 1]))
    assert found.tolist() == pytest.approx([5 / 4, 5 / 3, 0, 0])


def test_nothing_is_weighted_by_default():
    assert class_weights("none", torch.tensor([0, 1]), 2) is None
    assert list(POWERS) == ["none", "inverse_sqrt", "inverse"]


class TestImages:
    @pytest.mark.parametrize("reweighting", list(POWERS))
    def test_a_loop_over_the_batch_is_what_is_minimised(self, reweighting):
        torch.manual_seed(0)
        task = ImageTask(
            ImageSettings(train_examples=60, test_examples=20),
            MLPSettings(widths=(4,)),
            reweighting=reweighting,
        )
        batch = task.splits["train"]
        counts = torch.bincount(batch["labels"], minlength=10).tolist()
        weights = slow_weights(counts, POWERS[reweighting])
        logits = task.outputs(task.model, batch)
        losses = task.losses_by_label(logits, batch)
        expected = [
            weights[label] * -row.log_softmax(0)[label].item()
            for row, label in zip(logits, batch["labels"].tolist(), strict=True)
        ]
        assert task.minimised(losses, batch).tolist() == pytest.approx(expected, rel=1e-5)
        assert torch.equal(task.losses_of(logits, batch), losses), "evaluations stay plain"
        logged = weighted_loss(task, logits, batch)
        assert logged["weighted_loss"].tolist() == pytest.approx(expected, rel=1e-5)

    def test_a_step_takes_the_gradient_of_the_weighted_mean(self):
        torch.manual_seed(0)
        settings = ImageSettings(train_examples=60, test_examples=20)
        task = ImageTask(settings, MLPSettings(widths=(4,)), reweighting="inverse")
        batch = task.splits["train"]
        weight = label_weights(torch.bincount(batch["labels"], minlength=10), 1.0).float()
        logits = task.model(batch["images"])
        # PyTorch's own weighted mean divides by the sum of weights, which is n over all of them.
        loss = F.cross_entropy(logits, batch["labels"], weight)
        expected = torch.autograd.grad(loss, list(task.model.parameters()))
        optimizer = torch.optim.SGD(task.model.parameters(), lr=0.0)
        step = TrainStep(task, task.model, optimizer, batch, micro_batch=25)
        found = step(torch.arange(60), 60)
        assert found.item() == pytest.approx(loss.item(), rel=1e-5)
        for parameter, gradient in zip(task.model.parameters(), expected, strict=True):
            assert torch.allclose(parameter.grad, gradient, atol=1e-6)


@pytest.mark.parametrize("reweighting", list(POWERS))
def test_tokens_are_weighted_by_how_often_they_are_labels(tmp_path, reweighting):
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "first.txt").write_text("abracadabra, abracadabra\n" * 3)
    (texts / "second.txt").write_text("a bad card\n" * 2)
    data = TextSettings(
        name="folder",
        folder=str(texts),
        vocabulary=VocabularySettings(name="character", size=None),
        context=3,
    )
    torch.manual_seed(0)
    model = TransformerSettings(layers=1, width=4, heads=1)
    task = TextTask(data, model, str(tmp_path), reweighting)
    batch = task.splits["train"]
    labels = batch["tokens"][:, 1:].tolist()
    assert len(labels) > 10
    flat = [label for row in labels for label in row]
    counts = [flat.count(k) for k in range(len(task.tokens))]
    weights = slow_weights(counts, POWERS[reweighting])
    outputs = task.outputs(task.model, batch)
    expected = [
        sum(weights[k] * -outputs[i, j].log_softmax(0)[k].item() for j, k in enumerate(row)) / 3
        for i, row in enumerate(labels)
    ]
    losses = task.losses_by_label(outputs, batch)
    assert task.minimised(losses, batch).tolist() == pytest.approx(expected, rel=1e-5)
    assert torch.equal(task.losses_of(outputs, batch), task.by_example(losses, batch))


def test_weights_are_kept_in_the_precision_of_losses():
    assert ClassWeights(label_weights(torch.tensor(COUNTS), 1.0)).weights.dtype == torch.float32
