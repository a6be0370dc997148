"""What can be chosen by name: `descent show --optimizers` and `descent show --schedules`."""

import sys
from typing import Any

import typer

from research.settings.structure import Model, Value


def print_optimizers() -> None:
    """Every optimizer with its formula and its source; then the averages of their weights."""
    from research.settings.averaging import AveragingSettings
    from research.settings.optimizers import OptimizerSettings

    _print("optimizer", Value(OptimizerSettings).named())
    _print("averaging", Value(AveragingSettings).named())


def print_schedules() -> None:
    """Every learning-rate schedule with its formula and its source."""
    from research.settings.schedules import ScheduleSettings

    _print("schedule", Value(ScheduleSettings).named())


def _print(kind: str, models: dict[str, Model]) -> None:
    """A table on a terminal; in a pipe one line each: name, formula and source between tabs."""
    rows = [(name, *_described(model)) for name, model in models.items()]
    if not sys.stdout.isatty():
        for row in rows:
            typer.echo("\t".join(row))
        return
    from rich.table import Table
    from rich.text import Text

    from experiments.command_line.terminal import make_console

    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(kind, no_wrap=True, style="cyan")
    table.add_column("formula", ratio=3, overflow="fold")
    table.add_column("source", ratio=2, overflow="fold", style="dim")
    for row in rows:
        table.add_row(*map(Text, row))
    make_console().print(table)


def _described(model: Any) -> tuple[str, str]:
    return model.formula, model.source
