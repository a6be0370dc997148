"""The benchmark of stacked networks measures what it says."""

import sys

import pytest
import torch

from experiments.double_descent_width.settings import DoubleDescentWidthSettings
from scripts.bench import two_layer_stack
from scripts.bench.two_layer_stack import Stepped, extrapolation, main, paper

SMALL = DoubleDescentWidthSettings.model_validate(
    {"data": {"train_examples": 30}, "batch_size": 8, "widths": [2, 3], "epochs": 50}
)


def test_a_turn_is_whole_epochs_and_notes_the_seconds_of_a_step():
    stepped = Stepped(3, 5, 4, SMALL, "cpu")
    before = stepped.stack.weights.detach().clone()
    stepped.turn(9)
    assert stepped.steps_of_an_epoch == 4
    [seconds] = stepped.seconds
    assert 0 < seconds < 1
    assert not torch.equal(stepped.stack.weights, before)
    stepped.seconds = [9.0, 1.0, 3.0, 2.0]
    assert stepped.median == 2.0


def test_the_extrapolation_adds_up_the_widths(monkeypatch):
    monkeypatch.setattr(two_layer_stack, "paper", lambda: SMALL)

    def turns(stacks):
        for stack, seconds in zip(stacks, (0.5, 0.25), strict=True):
            stack.seconds.append(seconds)

    _, seconds = extrapolation(turns, "cpu")
    assert seconds == pytest.approx(50 * 4 * 0.75)


def test_the_tables(monkeypatch, capsys):
    assert len(paper().widths) == 27
    monkeypatch.setattr(two_layer_stack, "paper", lambda: SMALL)
    monkeypatch.setattr(two_layer_stack, "SIZES", ((5, 2), (7, 3)))
    words = ["two_layer_stack.py", "--networks", "2", "--steps", "1", "--turns", "1"]
    monkeypatch.setattr(sys, "argv", words)
    main()
    text = capsys.readouterr().out
    assert "A stack of 2 against one network" in text
    assert "200 steps of each width" in text
    assert "minutes, 1 threads" in text
