"""What the options of a command may be, such as `--seeds 0,1,4-7` or `--variants a,b`."""

from collections.abc import Sequence
from typing import Literal, get_args

from research.settings.errors import SettingsError, shown, unknown

MOST_SEEDS = 10_000
MOST_WORKERS = 1024

Mirroring = Literal["auto", "online", "offline", "off"]


def parse_seeds(text: str) -> list[int]:
    """The seeds of `--seeds 0,1,4-7`.

    Raises:
        SettingsError: a part is no whole number >= 0 or range of them, or a seed stands twice.
    """
    seeds: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        ends = [first, last] if dash else [first]
        if not all(end.isascii() and end.isdecimal() and len(end) < 19 for end in ends):
            raise SettingsError(f"--seeds is {shown(text)}, expected seeds such as 0,1,2 or 0-7")
        low, high = int(ends[0]), int(ends[-1])
        if high < low or high - low >= MOST_SEEDS:
            raise SettingsError(
                f"--seeds has {part.strip()}, expected a rising range of at most {MOST_SEEDS} seeds"
            )
        seeds += range(low, high + 1)
    _refuse_twice("--seeds", seeds)
    return seeds


def parse_names(text: str) -> list[str]:
    """The names of `--variants a,b`.

    Raises:
        SettingsError: a name is empty or stands twice.
    """
    names = [name.strip() for name in text.split(",")]
    if not all(names):
        raise SettingsError(f"--variants is {shown(text)}, expected names such as a,b")
    _refuse_twice("--variants", names)
    return names


def parse_workers(text: str | None) -> int | None:
    """The number of `--workers 4`.

    Raises:
        SettingsError: it is no whole number >= 1.
    """
    if text is None:
        return None
    short = text.isascii() and text.isdecimal() and len(text) < 10
    if not short or not 0 < int(text) <= MOST_WORKERS:
        raise SettingsError(
            f"--workers is {shown(text)}, expected a whole number from 1 to {MOST_WORKERS}"
        )
    return int(text)


def parse_mirroring(text: str) -> Mirroring:
    """The choice of `--wandb auto`.

    Raises:
        SettingsError: it is none of the choices.
    """
    for choice in get_args(Mirroring):
        if text == choice:
            mirroring: Mirroring = choice
            return mirroring
    raise unknown("choice of --wandb", text, get_args(Mirroring))


def _refuse_twice(option: str, values: Sequence[object]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise SettingsError(f"{option} has {value} twice, expected once")
