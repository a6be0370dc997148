"""Builds the evidence of a record: figures, verdicts and the report.

Matplotlib is imported when figures are drawn, not before: whoever only composes a report does not
wait for it.
"""

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from research.evidence.claims import Verdict, write_verdicts
from research.evidence.report import compose
from research.records.atomic import write_atomically
from research.records.store import Record

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PNG_DOTS_PER_INCH = 144


class EvidenceModule(Protocol):
    """The third room of an experiment: evidence.py."""

    def verdicts(self, record: Record) -> list[Verdict]:
        """Every claim of the experiment, judged."""

    def figures(self, record: Record) -> "dict[str, Figure]":
        """The figures by name; the one named like the experiment comes first in the report."""


def build_evidence(record: Record, evidence: EvidenceModule) -> list[Verdict]:
    """Writes figures/NAME.svg and .png, verdicts.json and report.html of a record.

    Args:
        record: any record, also one whose runs are not all done.
        evidence: the experiment's module `evidence`.

    Returns:
        The verdicts.

    Raises:
        OSError: something could not be written.
        RecordError: the record is damaged.
    """
    verdicts = evidence.verdicts(record)
    write_verdicts(record.verdicts, verdicts)
    draw(record, evidence)
    write_report(record, [record])
    return verdicts


def draw(record: Record, evidence: EvidenceModule) -> None:
    """Writes figures/NAME.svg and .png, and removes figures that are no longer drawn."""
    from research.evidence.style import lecture_style, read_caption

    record.figures.mkdir(exist_ok=True)
    with lecture_style():
        figures = evidence.figures(record)
        for name, figure in figures.items():
            title, text = read_caption(figure)
            if (layout := figure.get_layout_engine()) is not None:
                layout.execute(figure)  # once, for both files
                figure.set_layout_engine(None)
            metadata = {"Date": None, "Title": title or name, "Description": text}
            _save(record, figure, f"{name}.svg", format="svg", metadata=metadata)
            _save(record, figure, f"{name}.png", format="png", dpi=PNG_DOTS_PER_INCH)
    for path in [*record.figures.glob("*.svg"), *record.figures.glob("*.png")]:
        if path.stem not in figures:
            path.unlink()


def write_report(record: Record, records: Sequence[Record]) -> None:
    """Writes the report of several records into one of them."""
    write_atomically(record.report, compose(records).encode())


def _save(record: Record, figure: "Figure", file_name: str, **options: object) -> None:
    stream = io.BytesIO()
    figure.savefig(stream, **options)  # type: ignore[arg-type]
    write_atomically(record.figures / file_name, stream.getvalue())
