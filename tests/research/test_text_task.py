"""The task of text, against a loop over every token, and trained on docstrings for a moment."""

import pytest
import torch

from research.data.text.tokens import load_text
from research.seeds import derive
from research.settings.models import TransformerSettings
from research.settings.text import TextSettings, VocabularySettings
from research.task import size
from research.text_task import TextTask

MODEL = TransformerSettings(layers=1, width=16, heads=2)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def task():
    torch.manual_seed(derive(100, "initialisation"))
    data = TextSettings(
        sources=("topics",), vocabulary=VocabularySettings(size=50), context=6, train_tokens=2000
    )
    return TextTask(data, MODEL)


def few(task, n=5):
    return {"tokens": task.splits["train"]["tokens"][:n]}


def test_every_token_but_the_first_is_predicted_from_those_before(task):
    batch = few(task)
    outputs = task.outputs(task.model, batch)
    assert outputs.shape == (5, 6, 50)
    losses, right = task.losses_by_label(outputs, batch), task.correct_by_label(outputs, batch)
    assert losses.shape == right.shape == task.labels(batch).shape == (30,)
    assert task.labels(batch).dtype == torch.int64
    flat = 0
    for i, piece in enumerate(batch["tokens"].tolist()):
        for position in range(6):
            before = torch.tensor([piece[: position + 1]])
            logits = task.model(before, answers=1)[0, 0]
            label = piece[position + 1]
            assert task.labels(batch)[flat] == label
            expected = -logits.log_softmax(0)[label]
            assert losses[flat].item() == pytest.approx(expected.item(), abs=1e-5), (i, position)
            assert right[flat] == (outputs[i, position].argmax() == label)
            flat += 1


def test_a_piece_has_the_mean_over_its_tokens(task):
    batch = few(task)
    outputs = task.outputs(task.model, batch).detach()
    outputs[:, 1::2].scatter_(2, batch["tokens"][:, 2::2, None].long(), 9.0)  # those are right
    losses, right = task.losses_by_label(outputs, batch), task.correct_by_label(outputs, batch)
    assert right.view(5, 6)[:, 1::2].all() and not right.all()
    for found, by_label in (
        (task.losses_of(outputs, batch), losses),
        (task.minimised(losses, batch), losses),
        (task.correct(outputs, batch), right.float()),
    ):
        slow = [by_label[6 * i : 6 * i + 6].mean().item() for i in range(5)]
        assert found.tolist() == pytest.approx(slow)
    assert torch.equal(
        task.losses(task.model, batch), task.losses_of(task.outputs(task.model, batch), batch)
    )
    assert task.losses_of(outputs, batch).mean().item() == pytest.approx(losses.mean().item())


def test_precision_is_kept(task):
    task.model.double()
    losses = task.losses(task.model, few(task))
    assert losses.dtype == torch.float64


def test_accuracies_are_as_exact_where_logits_are_not(task):
    outputs = torch.zeros(5, 6, 50, dtype=torch.bfloat16)
    batch = {"tokens": torch.ones(5, 7, dtype=torch.int32)}
    outputs[:, 0, 1] = 1.0  # one of six is right: 0.166666 has no short form
    assert task.correct(outputs, batch).tolist() == pytest.approx([1 / 6] * 5, rel=1e-6)


def test_classes_have_the_names_of_their_tokens(task):
    assert task.class_names() == task.tokens
    assert task.tokens[:2] == ("<unk>", "<eos>")
    assert "the" in task.tokens
    assert size(task.splits["train"]) == (2000 - 1) // 6
    assert set(task.splits) == {"train", "validation"}
    assert task.splits["train"].keys() == {"tokens"}


def test_training_learns_which_tokens_are_frequent(task):
    torch.manual_seed(0)
    batch = few(task, 100)
    counts = torch.bincount(task.labels(batch), minlength=50).double()
    shares = counts[counts > 0] / counts.sum()
    unigram = -(shares * shares.log()).sum().item()
    before = task.losses(task.model, batch).mean().item()
    weights = list(task.model.parameters())
    for _ in range(40):
        gradients = torch.autograd.grad(task.losses(task.model, batch).mean(), weights)
        with torch.no_grad():
            for weight, gradient in zip(weights, gradients, strict=True):
                weight -= 0.01 * gradient.sign()
    after = task.losses(task.model, batch).mean().item()
    assert before > unigram > after  # more than the frequencies: what follows what


def test_the_initial_network_comes_from_the_generator_and_the_text_does_not():
    data = TextSettings(sources=("topics",), vocabulary=VocabularySettings(size=20), context=6)
    torch.manual_seed(1)
    first = TextTask(data, MODEL)
    torch.manual_seed(2)
    load_text(data)
    second = TextTask(data, MODEL)
    torch.manual_seed(1)
    third = TextTask(data, MODEL)
    weights = [each.model.token_embedding.weight for each in (first, second, third)]
    assert not torch.equal(weights[0], weights[1])
    assert torch.equal(weights[0], weights[2])
    assert torch.equal(first.splits["train"]["tokens"], second.splits["train"]["tokens"])
