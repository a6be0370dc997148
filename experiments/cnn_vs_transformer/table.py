"""The README's table, from a record: `python -m experiments.cnn_vs_transformer.table RECORD`."""

import sys
from collections.abc import Sequence
from pathlib import Path

from experiments.cnn_vs_transformer.gaps import Network, read_networks
from experiments.cnn_vs_transformer.names import title_of
from research.evidence.tuned_rates_figure import name_of
from research.records.store import Record

HEADER = "| network | optimizer | best lr | grid | interior | training loss (each seed) |"


def rates_table(networks: Sequence[Network]) -> str:
    """Markdown: each network and optimizer at its best learning rate."""
    lines = [HEADER, "|---|---|---|---|---|---|"]
    for network in networks:
        for optimizer in network.optimizers:
            choice = network.choice(optimizer)
            cells = [
                title_of(network),
                name_of(optimizer),
                f"{choice.rate:g}" if choice.trials else "–",
                f"{choice.grid[0]:g} to {choice.grid[-1]:g}",
                "yes" if choice.is_interior else "**no**",
                ", ".join(f"{trial.loss:.3f}" for trial in choice.trials) or "–",
            ]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def main(folder: str) -> None:
    """Prints the table of a record."""
    sys.stdout.write(rates_table(read_networks(Record.open(Path(folder)))) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
