"""Claims and verdicts: one falsifiable sentence each, and what the record says about it.

A verdict is *fails* only if the record holds what the claim asks for and it is not so. Runs that
are missing, unfinished, or ended before the claim's budget make it *not measured*, with the reason.
"""

import dataclasses
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from research.records.atomic import write_atomically
from research.records.errors import RecordError

Judgement = Literal["holds", "fails", "not measured"]
PerSeed = dict[str, float | None]
"""Numbers by "variant/seed"; None where there is none."""


@dataclass(frozen=True)
class Claim:
    """One falsifiable sentence.

    Attributes:
        id: short name, unique within the experiment.
        text: the sentence.
        source: who says so, or where it was first measured.
        threshold: the condition on the deciding number, in words such as ">= 10 in every seed".
    """

    id: str
    text: str
    source: str
    threshold: str

    def judge(
        self,
        measured: float | None,
        holds: bool,
        per_seed: Mapping[str, float | None],
        note: str = "",
    ) -> "Verdict":
        """The verdict of a claim that was measured.

        Args:
            measured: the deciding number; None if a run never reached what it is computed from.
            holds: whether it meets the threshold.
            per_seed: the number of each run.
            note: what else the reader should know.
        """
        return self._verdict(measured, "holds" if holds else "fails", per_seed, note)

    def not_measured(
        self, reason: str, per_seed: Mapping[str, float | None] | None = None
    ) -> "Verdict":
        """The verdict of a claim that the record says nothing about, and why."""
        return self._verdict(None, "not measured", per_seed or {}, reason)

    def _verdict(
        self,
        measured: float | None,
        verdict: Judgement,
        per_seed: Mapping[str, float | None],
        note: str,
    ) -> "Verdict":
        return Verdict(
            id=self.id,
            text=self.text,
            source=self.source,
            measured=_finite(measured),
            threshold=self.threshold,
            verdict=verdict,
            seeds=sorted({int(run.rpartition("/")[2]) for run in per_seed}),
            per_seed={run: _finite(number) for run, number in per_seed.items()},
            note=note,
        )


@dataclass(frozen=True)
class Verdict:
    """A claim, judged: see `Claim`; `seeds` are the seeds that `per_seed` names."""

    id: str
    text: str
    source: str
    measured: float | None
    threshold: str
    verdict: Judgement
    seeds: list[int] = field(default_factory=list)
    per_seed: PerSeed = field(default_factory=dict)
    note: str = ""


def write_verdicts(path: Path, verdicts: Sequence[Verdict]) -> None:
    """Writes a list of JSON objects, one a claim, atomically."""
    plain = [dataclasses.asdict(verdict) for verdict in verdicts]
    data = json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False)
    write_atomically(path, data.encode() + b"\n")


def read_verdicts(path: Path) -> list[Verdict]:
    """The verdicts that `write_verdicts` wrote; none if the file is missing.

    Raises:
        RecordError: the file holds none.
    """
    if not path.exists():
        return []
    try:
        return [_decode(plain) for plain in json.loads(path.read_bytes())]
    except (ValueError, TypeError) as error:
        message = f"{path}: found no verdicts ({error}); `descent report --redraw` writes them anew"
        raise RecordError(message) from error


def _decode(plain: dict[str, Any]) -> Verdict:
    verdict = Verdict(**plain)
    if verdict.verdict not in get_args(Judgement):
        raise ValueError(f"verdict {verdict.verdict!r}")
    return verdict


def _finite(number: float | None) -> float | None:
    return None if number is None or not math.isfinite(number) else number


def format_number(number: float | None) -> str:
    """A number for a table: whole ones with separators, others to three digits, "–" for none."""
    if number is None:
        return "–"
    if number == int(number) or abs(number) >= 1000:
        return f"{number:,.0f}"
    return f"{number:.3g}"


def format_per_seed(per_seed: Mapping[str, float | None]) -> list[tuple[str, str]]:
    """Each variant with its numbers by seed, such as ("small-wd1", "0: 38.2, 1: 67.4")."""
    lines: dict[str, list[str]] = {}
    for run, number in per_seed.items():
        variant, _, seed = run.rpartition("/")
        lines.setdefault(variant, []).append(f"{seed}: {format_number(number)}")
    return [(variant, ", ".join(numbers)) for variant, numbers in lines.items()]
