"""What the options of a command may be, such as `--seeds 0,1,4-7` or `--variants a,b`."""

import re
from collections.abc import Sequence
from typing import Literal, TypeVar, get_args

from research.settings.errors import SettingsError, shown, unknown
from research.settings.search import SamplerName

DEFAULT_PRESET = "quick"
MOST_SEEDS = 10_000
MOST_WORKERS = 1024
MOST_TRIALS = 100_000

Mirroring = Literal["auto", "online", "offline", "off"]
Engine = Literal["local", "ray"]

C = TypeVar("C")
_STUDY_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


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
    return None if text is None else _whole_number("--workers", text, 1, MOST_WORKERS)


def parse_trials(text: str | None) -> int | None:
    """The number of `--trials 40`.

    Raises:
        SettingsError: it is no whole number >= 1.
    """
    return None if text is None else _whole_number("--trials", text, 1, MOST_TRIALS)


def parse_seed(text: str) -> int:
    """The number of `--seed 0`.

    Raises:
        SettingsError: it is no whole number >= 0.
    """
    return _whole_number("--seed", text, 0, 2**31 - 1)


def parse_study(text: str) -> str:
    """The name of `--study NAME`, which a folder is called by too.

    Raises:
        SettingsError: it can be no folder's.
    """
    if not _STUDY_NAME.fullmatch(text):
        raise SettingsError(
            f"--study is {shown(text)}, expected a name of letters, digits and . _ -"
        )
    return text


def _whole_number(option: str, text: str, least: int, most: int) -> int:
    short = text.isascii() and text.isdecimal() and len(text) < 11
    if not short or not least <= int(text) <= most:
        raise SettingsError(
            f"{option} is {shown(text)}, expected a whole number from {least} to {most}"
        )
    return int(text)


def parse_mirroring(text: str) -> Mirroring:
    """The choice of `--wandb auto`.

    Raises:
        SettingsError: it is none of the choices.
    """
    return _one_of("--wandb", text, get_args(Mirroring))


def parse_sampler(text: str) -> SamplerName:
    """The choice of `--sampler random`.

    Raises:
        SettingsError: it is none of the choices.
    """
    return _one_of("--sampler", text, get_args(SamplerName))


def parse_engine(text: str) -> Engine:
    """The choice of `--engine local`.

    Raises:
        SettingsError: it is none of the choices.
    """
    return _one_of("--engine", text, get_args(Engine))


def _one_of(option: str, text: str, choices: tuple[C, ...]) -> C:
    for choice in choices:
        if text == choice:
            return choice
    raise unknown(f"choice of {option}", text, [str(choice) for choice in choices])


def _refuse_twice(option: str, values: Sequence[object]) -> None:
    for value in values:
        if values.count(value) > 1:
            raise SettingsError(f"{option} has {value} twice, expected once")
