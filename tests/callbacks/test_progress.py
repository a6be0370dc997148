"""Progress of one's own Trainer: plain lines in a pipe, a table on a terminal."""

import math
import signal
from io import StringIO

import pytest
from rich.console import Console

from callbacks.divergence import Diverged, Divergence
from callbacks.progress import Progress
from research.training.interruption import Interrupted
from tests.callbacks.conftest import Ordinary, poison
from tests.callbacks.test_durable_checkpoint import RaiseAt
from tests.parity.module import Parity
from tests.research.training.conftest import parity_settings

SHOW_CURSOR, HIDE_CURSOR = "\x1b[?25h", "\x1b[?25l"


@pytest.fixture
def pipe():
    return Console(file=StringIO(), width=40)


@pytest.fixture
def terminal():
    return Console(force_terminal=True, file=StringIO(), width=120, color_system=None)


@pytest.mark.parametrize("module", [Ordinary, lambda: Parity(parity_settings())])
def test_a_pipe_gets_whole_plain_lines(fit, pipe, module):
    """A short run has two: its start and its end. No width breaks them, no colour is in them."""
    fit(module(), Progress("mine", seed=3, console=pipe), max_steps=40)
    first, last = pipe.file.getvalue().splitlines()
    assert first == "mine seed 3: running at step 0 of at most 40"
    assert last.startswith("mine seed 3: done at step 40, ")
    assert "validation accuracy" in last and "%" in last
    assert "\x1b" not in first + last


def test_a_long_run_gets_a_line_now_and_then(fit, pipe, monkeypatch):
    """With no pause between two lines, every batch has one, with speed and time left."""
    monkeypatch.setattr("callbacks.progress.SECONDS_BETWEEN_LINES", 0.0)
    fit(Ordinary(), Progress(console=pipe), max_steps=8)
    lines = pipe.file.getvalue().splitlines()
    assert [f"at step {step} " in line for step, line in enumerate(lines[:9])] == [True] * 9
    assert len(lines) == 10
    assert "steps/s, ≤ 0:00 left" in lines[7]


def test_a_terminal_gets_a_table_and_its_cursor_back(fit, terminal):
    fit(Ordinary(), Progress("mine", console=terminal), max_steps=10)
    shown = terminal.file.getvalue()
    for word in ("mine", "train loss", "val acc", "steps/s", "running", "done"):
        assert word in shown
    assert shown.rindex(SHOW_CURSOR) > shown.rindex(HIDE_CURSOR)


def test_a_run_that_broke_leaves_the_terminal_as_it_was(fit, terminal):
    with pytest.raises(ZeroDivisionError):
        fit(Ordinary(), Progress(console=terminal), RaiseAt(3, ZeroDivisionError()))
    shown = terminal.file.getvalue()
    assert "failed" in shown
    assert shown.rindex(SHOW_CURSOR) > shown.rindex(HIDE_CURSOR)


@pytest.mark.parametrize("module", [Ordinary, lambda: Parity(parity_settings())])
def test_a_run_that_diverged_is_not_said_to_have_failed(fit, pipe, module):
    """The same words as in a record, and why; the step is that of the loss, not of the chunk."""
    module = module()
    poison(module.task, 7, math.nan)
    with pytest.raises(Diverged):
        fit(module, Progress(console=pipe), Divergence())
    last = pipe.file.getvalue().splitlines()[-1]
    assert "diverged at step 7" in last and last.endswith(": loss is nan at step 7")


def test_a_run_that_was_stopped_says_by_what(fit, pipe):
    stop = RaiseAt(3, Interrupted(signal.SIGINT))
    with pytest.raises(Interrupted):
        fit(Ordinary(), Progress(console=pipe), stop)
    last = pipe.file.getvalue().splitlines()[-1]
    assert "interrupted at step 3" in last and last.endswith("interrupted by SIGINT")
