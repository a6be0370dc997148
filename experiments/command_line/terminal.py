"""The console that commands print to: wide enough for tables in a pipe too."""

import os
import sys

from rich.console import Console

PIPE_WIDTH = 120


def make_console() -> Console:
    """A console on stdout; in a pipe its lines are 120 wide, unless COLUMNS says otherwise."""
    if sys.stdout.isatty() or "COLUMNS" in os.environ:
        return Console()
    return Console(width=PIPE_WIDTH)


def say(console: Console, line: str, style: str = "") -> None:
    """Prints a line as it is: no markup, no wrapping of paths."""
    console.print(line, style=style, markup=False, highlight=False, soft_wrap=True)
