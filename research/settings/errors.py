"""The error of bad input, and the words for it. Every problem is one line."""

import difflib
import json
from collections.abc import Iterable, Sequence


class SettingsError(Exception):
    """Something that the user gave can't be. The exit code is 2.

    Attributes:
        problems: a line for each, mostly one: where, what was found, what was expected.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        """The problems below one another."""
        return "\n".join(self.problems)


def shown(value: object, width: int = 60) -> str:
    """A value as one short line, written as in YAML: text in quotes, null, true.

    Args:
        value: plain data.
        width: longest result; the rest is cut.
    """
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= width else text[: width - 3] + "..."


def nearest(word: str, choices: Iterable[str]) -> str | None:
    """The choice that `word` probably means: one that it abbreviates, or one spelled alike.

    A word of half the length is spelled alike too easily: eps is not what epochs means.
    """
    known = sorted(choices)
    begins = [choice for choice in known if word and choice.startswith(word)]
    near = [each for each in known if each in begins or 0.5 < len(each) / max(len(word), 1) < 2]
    alike = difflib.get_close_matches(word, near, n=1, cutoff=0.6)
    return begins[0] if len(begins) == 1 else alike[0] if alike else None


def did_you_mean(word: str, choices: Iterable[str], prefix: str = "") -> str:
    """`; did you mean lr?`, or nothing where no choice is near."""
    choice = nearest(word, choices)
    return f"; did you mean {prefix}{choice}?" if choice is not None else ""


def unknown(kind: str, word: str, choices: Sequence[str]) -> SettingsError:
    """The error of a name that is none of the choices, for example `unknown preset quik`."""
    hint = did_you_mean(word, choices)
    listed = f"expected one of {', '.join(choices)}" if choices else "there is none"
    return SettingsError(f"unknown {kind} {shown(word)}{hint or ';'} {listed}")
