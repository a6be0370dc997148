"""The table of the README: `python -m experiments.heavy_tails_images.table RECORD`."""

import sys
from pathlib import Path
from statistics import fmean

from experiments.heavy_tails_images.methods import METHODS
from experiments.heavy_tails_images.outcomes import Outcomes, read_outcomes
from experiments.heavy_tails_images.settings import FREQUENT, RARE
from research.evidence.tuned_rates import methods_of
from research.evidence.tuned_rates_figure import name_of
from research.records.store import Record
from research.settings.reweighting import WEIGHTED_LOSS, Reweighting

WEIGHTS: dict[Reweighting, str] = {"none": "none", "inverse_sqrt": "1/√p", "inverse": "1/p"}


def losses_table(outcomes: Outcomes) -> str:
    """Markdown: final training losses of each method at its best rate, means over seeds."""
    lines = [
        "| method | weights | rate | grid | interior | minimised | frequent classes"
        " | rare classes |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in methods_of(outcomes.trials):
        method, choice = METHODS[name], outcomes.choice(name)
        means = [
            f"{fmean(outcomes.final(trial, metric) for trial in choice.trials):.3g}"
            if choice.trials
            else "–"
            for metric in (WEIGHTED_LOSS, FREQUENT, RARE)
        ]
        cells = [
            name_of(method.optimizer),
            WEIGHTS[method.weighting],
            f"{choice.rate:g}" if choice.trials else "–",
            f"{choice.grid[0]:g} to {choice.grid[-1]:g}",
            "yes" if choice.is_interior else "**no**",
            *means,
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main(folder: str) -> None:
    """Prints the table of a record."""
    sys.stdout.write(losses_table(read_outcomes(Record.open(Path(folder)))) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
