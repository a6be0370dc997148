"""The table of verdicts for the terminal, whole at any width from 80 columns on."""

from collections.abc import Mapping, Sequence

from rich.columns import Columns
from rich.console import Group, RenderableType
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
    """Id, verdict, measured number, and beside them all that folds: threshold, claim, seeds, note.

    Claims that were not measured come last, with nothing but the reason: mostly one line each.
    """
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("claim", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("measured", no_wrap=True, justify="right")
    table.add_column("threshold, claim, and each seed's number", ratio=1)
    measured = [verdict for verdict in verdicts if verdict.verdict != "not measured"]
    for verdict in measured:
        _add(table, verdict, _details(verdict))
        table.add_row()
    for verdict in verdicts:
        if verdict not in measured:
            _add(table, verdict, Text(verdict.note, style="italic"))
    return table


def _add(table: Table, verdict: Verdict, details: RenderableType) -> None:
    table.add_row(
        escape(verdict.id),
        Text(verdict.verdict, style=STYLES[verdict.verdict]),
        format_number(verdict.measured),
        details,
    )


def _details(verdict: Verdict) -> Group:
    parts: list[RenderableType] = [Text(verdict.threshold, style="bold"), Text(verdict.text)]
    if verdict.per_seed:
        parts.append(_numbers(verdict.per_seed))
    if verdict.note:
        parts.append(Text(verdict.note, style="italic"))
    return Group(*parts)


def _numbers(per_seed: Mapping[str, float | None]) -> Table:
    """One row per variant; a line breaks between seeds, never between a seed and its number."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="cyan")
    table.add_column(ratio=1, style="cyan")
    for variant, numbers in format_per_seed(per_seed):
        seeds = [Text(number, no_wrap=True) for number in numbers.split(", ")]
        table.add_row(escape(variant), Columns(seeds, padding=(0, 2)))
    return table
