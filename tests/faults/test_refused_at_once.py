"""Refusals of real processes: one line, exit code 2, at once and without torch."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.at_once import answer, assert_at_once
from tests.faults.conftest import ROOT
from tests.faults.refusals import one_line


@pytest.mark.parametrize(
    "words",
    [
        ["run", "grokking", "--optimizer.lrr", "1"],
        ["run", "grokking", "--model.heads", "3"],
        ["run", "grokking", "--variants", "none"],
        ["run", "grokking", "--trainer.devices", "2"],
        ["run", "groking"],
        ["run", "grokking", "--out", "record"],
        ["run", "grokking", "--out", "file/below"],
        ["run", "grokking", "--pre", "smoke"],
        ["resume", "none"],
        ["report", "none"],
    ],
    ids=" ".join,
)
def test_refused_at_once(here, words):
    refusal = answer(here, *words)
    assert refusal.code == 2
    assert refusal.said == ""
    one_line(refusal.refused)
    assert_at_once(refusal)


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
