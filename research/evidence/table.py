"""The table of verdicts for the terminal."""

from collections.abc import Sequence

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from research.evidence.claims import Judgement, Verdict, format_number, format_per_seed

STYLES: dict[Judgement, str] = {
    "holds": "bold green",
    "fails": "bold red",
    "not measured": "yellow",
}


def verdict_table(verdicts: Sequence[Verdict]) -> Table:
    """One row per claim: id, verdict, measured, threshold, the claim and each seed's number."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 1, 0))
    table.add_column("claim", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("measured", no_wrap=True, justify="right")
    table.add_column("threshold", min_width=14)
    table.add_column("what is claimed, and each seed's number", ratio=1, min_width=30)
    for verdict in verdicts:
        table.add_row(
            escape(verdict.id),
            Text(verdict.verdict, style=STYLES[verdict.verdict]),
            format_number(verdict.measured),
            escape(verdict.threshold),
            _details(verdict),
        )
    return table


def _details(verdict: Verdict) -> Text:
    text = Text(verdict.text)
    for variant, numbers in format_per_seed(verdict.per_seed):
        text.append(f"\n{variant}  {numbers}", style="cyan")
    if verdict.note:
        text.append(f"\n{verdict.note}", style="italic")
    return text
