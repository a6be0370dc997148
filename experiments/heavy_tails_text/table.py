"""`python -m experiments.heavy_tails_text.table RECORD` prints the tables of the README."""

import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean

import numpy

from experiments.heavy_tails_text.comparisons import Values, gaps, pairs_of
from experiments.heavy_tails_text.readings import Reading, best_rates, mean_losses, read_runs
from research.evidence.tuned_rates import undecided
from research.evidence.tuned_rates_figure import name_of
from research.records.store import Record

REFERENCE = "sgdm"


def rates_table(readings: Sequence[Reading]) -> str:
    """Markdown: each method at its best rate, and the loss at every rate of its grid."""
    lines = [
        "| method | best lr | training loss (each seed) | mean loss at every rate |",
        "|---|---|---|---|",
    ]
    for choice in best_rates(readings):
        seeds = ", ".join(f"{trial.loss:.3f}" for trial in choice.trials)
        tried = []
        for rate in choice.grid:
            score = fmean(trial.score for trial in choice.tried if trial.rate == rate)
            tried.append(f"{rate:g}: {score:.3f}")
        reason = undecided(choice)
        best = f"{choice.rate:g}" + (f" ({reason})" if reason else "")
        cells = [name_of(choice.method), best, f"{choice.loss:.3f} ({seeds})", ", ".join(tried)]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def groups_table(readings: Sequence[Reading]) -> str:
    """Markdown: losses by group after the last step, and leads over SGD early and at the end."""
    choices = {choice.method: choice for choice in best_rates(readings)}
    rows: list[tuple[str, Values]] = []
    for method, choice in choices.items():
        if (losses := mean_losses(readings, choice)) is not None:
            rows.append((f"{name_of(method)}: loss", losses.loss[-1]))
    for method in [each for each in choices if each != REFERENCE and REFERENCE in choices]:
        pairs = list(pairs_of(readings, choices[REFERENCE], choices[method]).values())
        for early, words in ((True, "early lead"), (False, "lead at the end")):
            if pairs and (not early or all(r.early is not None for pair in pairs for r in pair)):
                mean: Values = numpy.mean([gaps(*pair, early=early) for pair in pairs], axis=0)
                rows.append((f"{name_of(method)}: {words}", mean))
    groups = max((len(values) for _, values in rows), default=0)
    lines = [
        f"| group | {' | '.join(map(str, range(1, groups + 1)))} |",
        "|---|" + "---|" * groups,
    ]
    lines += [f"| {name} | {' | '.join(f'{v:.2f}' for v in values)} |" for name, values in rows]
    return "\n".join(lines)


def main(folder: str) -> None:
    """Prints the tables."""
    readings = read_runs(Record.open(Path(folder)))
    sys.stdout.write(f"{rates_table(readings)}\n\n{groups_table(readings)}\n")


if __name__ == "__main__":
    main(sys.argv[1])
