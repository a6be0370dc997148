"""The benchmark of losses by class: it times what it says, and prints a row."""

import sys

import torch

from research.settings.watching import PerClassLossSettings
from scripts.bench import per_class_loss
from scripts.bench.per_class_loss import Stepped, Words


def test_a_step_with_sums_is_the_step_without():
    """The weights are the same, and every label was counted once."""
    torch.manual_seed(0)
    task, weights = Words(classes=30, tokens=50, width=4, device="cpu"), []
    start = {name: value.clone() for name, value in task.model.state_dict().items()}
    for settings in (None, PerClassLossSettings()):
        task.model.load_state_dict(start)
        step = Stepped(task, 8, settings)
        assert step.turn() >= 0
        weights.append({name: value.clone() for name, value in task.model.state_dict().items()})
    assert all(torch.equal(value, weights[1][name]) for name, value in weights[0].items())
    assert not torch.equal(weights[0]["1.weight"], start["1.weight"])
    counted = step.watching.sums("batch").labels[:-1]
    labels = task.splits["train"]["labels"]
    assert counted.tolist() == torch.bincount(labels, minlength=30).tolist()


def test_it_prints_a_row(monkeypatch, capsys):
    words = ["--tokens", "64", "--part", "16", "--classes", "100", "--rounds", "2"]
    monkeypatch.setattr(sys, "argv", ["per_class_loss", *words, "--batch-accuracy"])
    monkeypatch.setattr(torch, "set_num_threads", lambda threads: None)
    per_class_loss.main()
    printed = capsys.readouterr().out
    assert "100 classes, 64 tokens, cpu" in printed and printed.count("%") == 4
