"""What `descent run` says of settings that can be, but are hardly meant: one line each."""

import sys
from typing import Any

from research.records.store import Record
from research.settings.resolve import ResolvedCommand
from research.settings.training import TrainingSettings
from research.settings.unreached import unreached


def advice(command: ResolvedCommand[Any]) -> list[str]:
    """A line for every setting that a run ends before, with the variants that it concerns.

    Where all variants of the command have it alike, none is named.
    """
    lines: dict[str, list[str]] = {}
    for name, variant in command.variants.items():
        if not isinstance(variant.settings, TrainingSettings):
            continue
        last = variant.settings.trainer.max_steps
        for key, found, consequence in unreached(variant.settings):
            line = f"{variant.where(key)} is {found}, the run ends at step {last}: {consequence}"
            lines.setdefault(line, []).append(name)
    return [
        line if len(names) == len(command.variants) else f"{line} (variant {', '.join(names)})"
        for line, names in lines.items()
    ]


def give_advice(command: ResolvedCommand[Any], record: Record) -> None:
    """Says it on standard error, and keeps it with the warnings of the record."""
    for line in advice(command):
        sys.stderr.write(f"descent: warning: {line}\n")
        record.note_warning(line)
