"""The tables of the README, from a record: `python -m experiments.generalisation.table RECORD`."""

import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

from experiments.generalisation.comparisons import swats_runs, tolerance_of
from experiments.generalisation.names import name_of, tolerance_text
from experiments.generalisation.network_figure import network_groups
from experiments.generalisation.outcomes import (
    TEST_ACCURACY,
    TRAIN_LOSS,
    Outcome,
    by_variant,
    read_outcomes,
)
from experiments.generalisation.selection import BY_TRAIN_LOSS, BY_VALIDATION, Rule, choose, methods
from research.records.store import Record

HEADER = "training loss | training accuracy | test accuracy, % (each seed)"


def choice_table(outcomes: Sequence[Outcome], rule: Rule) -> str:
    """Markdown: each method at its best learning rate, and whether it is inside of the grid."""
    lines = [
        f"| method | lr by {rule.name} | grid | interior | {HEADER} |",
        "|---|---|---|---|---|---|---|",
    ]
    for method in methods(outcomes):
        choice = choose(outcomes, method, rule)
        if choice is None:
            lines.append(f"| {name_of(method)} | – | – | – | – | – | – |")
            continue
        grid = f"{choice.grid[0]:g} to {choice.grid[-1]:g}"
        interior = "yes" if choice.is_interior else "**no**"
        cells = [name_of(method), f"{choice.rate:g}", grid, interior, *_finals(choice.outcomes)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def network_table(outcomes: Sequence[Outcome]) -> str:
    """Markdown: dropout and batch normalisation on and off."""
    lines = [f"| method | network | {HEADER} |", "|---|---|---|---|---|"]
    for method, row in network_groups(outcomes).items():
        for change, runs in row.items():
            lines.append(f"| {' | '.join([name_of(method), change, *_finals(runs)])} |")
    return "\n".join(lines)


def swats_table(outcomes: Sequence[Outcome]) -> str:
    """Markdown: the step of SWATS's switch by its tolerance."""
    lines = ["| tolerance | step of the switch (each seed) |", "|---|---|"]
    for runs in by_variant(swats_runs(outcomes)).values():
        steps = ["never" if run.switched is None else f"{run.switched:,}" for run in runs]
        lines.append(f"| {tolerance_text(tolerance_of(runs[0]))} | {', '.join(steps)} |")
    return "\n".join(lines)


def _finals(runs: Sequence[Outcome]) -> list[str]:
    """Means of training loss and accuracy, and test accuracy as mean and by seed."""
    tests = [100 * run.final(TEST_ACCURACY) for run in runs]
    return [
        f"{fmean(run.final(TRAIN_LOSS) for run in runs):.4f}",
        f"{100 * fmean(run.final('train/accuracy') for run in runs):.1f}",
        f"{fmean(tests):.2f} ({', '.join(f'{accuracy:.2f}' for accuracy in tests)})",
    ]


def main(folder: str) -> None:
    """Prints the tables that the record has runs for."""
    outcomes = read_outcomes(Record.open(Path(folder)))
    tables = []
    if methods(outcomes):
        tables += [choice_table(outcomes, rule) for rule in (BY_TRAIN_LOSS, BY_VALIDATION)]
    if network_groups(outcomes):
        tables.append(network_table(outcomes))
    if swats_runs(outcomes):
        tables.append(swats_table(outcomes))
    sys.stdout.write("\n\n".join(tables) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
