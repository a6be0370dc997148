"""What answers without training answers at once: under a second, and without torch."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COMMANDS = [
    (["--help"], 0),
    (["--version"], 0),
    (["list"], 0),
    (["show", "grokking"], 0),
    (["run", "grokking", "--help"], 0),
    (["show", "grokking", "--schema"], 0),
    (["show", "grokking", "--model.heads", "3"], 2),
    (["show", "--optimizers"], 0),
    (["show", "--schedules"], 0),
    (["show"], 2),
]
LIMIT = 1.5
"""Processor seconds: one on a quiet machine, and half as much again on a busy one."""
PROBE = """
import sys
from experiments.__main__ import main
code = main(sys.argv[1:])
heavy = {"torch", "pytorch_lightning", "wandb", "matplotlib", "numpy"} & set(sys.modules)
sys.exit(f"imported {heavy}" if heavy else code)
"""


def seconds_and_code(words: list[str]) -> tuple[float, int, str]:
    """Processor seconds of one process, its exit code and what it said; other load is not ours."""
    before = os.times()
    result = subprocess.run(
        [sys.executable, "-c", PROBE, *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    after = os.times()
    seconds = after.children_user - before.children_user
    return (
        seconds + after.children_system - before.children_system,
        result.returncode,
        result.stderr,
    )


@pytest.mark.parametrize(
    ("words", "code"), COMMANDS, ids=[" ".join(words) for words, _ in COMMANDS]
)
def test_under_a_second_and_without_torch(words, code):
    for attempt in range(3):
        seconds, found, said = seconds_and_code(words)
        assert found == code, said
        if seconds < LIMIT:
            break
        assert attempt < 2, f"{seconds:.2f} s of processor time, three times in a row"
