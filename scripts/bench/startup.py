"""Processor seconds of the commands that train nothing: lists, settings, help and refusals.

Method: every command is a process of its own, as for a user. The commands take turns, and before
each of its turns a bare Python that imports only pydantic and typer takes one; so both see the same
machine, and the ratio holds where the seconds do not. Processor seconds (user and system) of the
quickest turn count: other load on a machine only ever adds to them.

    python -m scripts.bench.startup [--turns 5] [--experiment grokking]
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import track
from rich.table import Table

ROOT = Path(__file__).parents[2]
BARE = ["-c", "import pydantic, typer"]


def commands(experiment: str) -> list[list[str]]:
    """What is measured, in the words that follow `descent`."""
    return [
        ["--help"],
        ["--version"],
        ["list"],
        ["show"],
        ["show", experiment],
        ["show", experiment, "--schema"],
        ["show", experiment, "--trainer.max_steps", "0"],
        ["show", "--optimizers"],
        ["show", "--schedules"],
        ["run", experiment, "--help"],
        ["run", experiment, "--trainer.max_steps", "0"],
        ["run", experiment, "--variants", "none"],
        ["sweep", experiment, "--help"],
        ["sweep", experiment, "--space.none", "1..2"],
        ["landscape", "--help"],
        ["resume", "none"],
        ["report", "none"],
    ]


def processor_seconds(arguments: list[str]) -> float:
    """Of one Python process, its start included.

    Raises:
        RuntimeError: it crashed; 0 and 2 are the exit codes of an answer and a refusal.
    """
    command = [sys.executable, *arguments]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, stdout=quiet, stderr=quiet)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in {0, 2}:
        raise RuntimeError(f"{' '.join(command)} ended with exit code {process.returncode}")
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Runs the benchmark and prints a table."""
    parser = argparse.ArgumentParser(description="Processor seconds of commands without training.")
    parser.add_argument("--turns", type=int, default=5, help="turns of each command")
    parser.add_argument("--experiment", default="grokking", help="whose settings are asked for")
    options = parser.parse_args()
    measured = commands(options.experiment)
    seconds: list[list[float]] = [[] for _ in measured]
    bare: list[float] = []
    turns = list(zip(measured, seconds, strict=True)) * options.turns
    for words, of_command in track(turns, "commands", transient=True):
        bare.append(processor_seconds(BARE))
        of_command.append(processor_seconds(["-m", "experiments", *words]))
    report(measured, [min(each) for each in seconds], min(bare), options.turns)


def report(measured: list[list[str]], seconds: list[float], bare: float, turns: int) -> None:
    """Prints the seconds of every command, and how many times those of the bare Python."""
    table = Table(
        title=f"Python {sys.version.split()[0]}, quickest of {turns} turns",
        caption=f"a bare Python that imports pydantic and typer: {bare:.2f} s",
    )
    table.add_column("descent ...")
    table.add_column("processor seconds", justify="right")
    table.add_column("ratio to a bare Python", justify="right")
    for words, least in zip(measured, seconds, strict=True):
        table.add_row(" ".join(words), f"{least:.2f}", f"{least / bare:.1f}")
    Console(width=100).print(table)


if __name__ == "__main__":
    main()
