"""Refusals of real processes: one line, exit code 2, at once and without torch."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.conftest import ROOT
from tests.faults.refusals import one_line


def process(folder: Path, *words: str, prefix: tuple[str, ...] = ("-m", "experiments")):
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, *prefix, *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "words",
    [
        ["run", "grokking", "--optimizer.lrr", "1"],
        ["run", "grokking", "--model.heads", "3"],
        ["run", "groking"],
        ["run", "grokking", "--out", "record"],
        ["run", "grokking", "--out", "file/below"],
        ["run", "grokking", "--pre", "smoke"],
        ["resume", "none"],
    ],
)
def test_real_processes(here, words):
    result = process(here, *words)
    assert result.returncode == 2
    assert result.stdout == ""
    one_line(result.stderr)


NO_TORCH = """
import sys
from experiments.__main__ import main
assert main(sys.argv[1:]) == 2
heavy = {"torch", "pytorch_lightning", "wandb", "matplotlib", "numpy"} & set(sys.modules)
sys.exit(f"imported {heavy}" if heavy else 0)
"""


@pytest.mark.parametrize(
    "words",
    [
        ["run", "grokking", "--model.heads", "3"],
        ["run", "grokking", "--variants", "none"],
        ["run", "grokking", "--trainer.devices", "2"],
        ["run", "grokking", "--out", "record"],
        ["resume", "none"],
        ["report", "none"],
    ],
)
def test_torch_is_not_imported(here, words):
    result = process(here, *words, prefix=("-c", NO_TORCH))
    assert result.returncode == 0, result.stderr


def test_under_a_second(here):
    """The best of three, in processor seconds: other load on the machine is not ours."""
    for attempt in range(3):
        before = os.times()
        process(here, "run", "grokking", "--model.heads", "3")
        after = os.times()
        user = after.children_user - before.children_user
        seconds = user + after.children_system - before.children_system
        if seconds < 1:
            break
        assert attempt < 2, f"{seconds:.2f} s of processor time, three times in a row"


def test_a_full_disk_is_one_line_with_exit_code_1(here):
    began = time.monotonic()
    with Path("/dev/full").open("w") as full:
        result = subprocess.run(
            [sys.executable, "-m", "experiments", "show", "grokking"],
            cwd=here,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
    assert result.returncode == 1
    assert one_line(result.stderr) == "descent: No space left on device\n"
    assert time.monotonic() - began < 30
