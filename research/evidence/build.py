"""Builds the evidence of a record: figures, animations, verdicts and the report.

Matplotlib and plotly are imported when figures are drawn, not before: whoever only composes a
report does not wait for them.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from research.evidence.claims import Verdict, write_verdicts
from research.evidence.report import compose
from research.records.atomic import write_atomically
from research.records.drawn import replace_drawn
from research.records.store import Record

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PNG_DOTS_PER_INCH = 144


class EvidenceModule(Protocol):
    """The third room of an experiment: evidence.py.

    It may also have `animations(record) -> dict[str, matplotlib.animation.FuncAnimation]`, kept as
    figures/NAME.gif, and `interactive(record) -> dict[str, plotly.graph_objects.Figure]`, kept as
    figures/NAME.html.
    """

    def verdicts(self, record: Record) -> list[Verdict]:
        """Every claim of the experiment, judged."""

    def figures(self, record: Record) -> "dict[str, Figure]":
        """The figures by name; the one named like the experiment comes first in the report."""


def build_evidence(record: Record, evidence: EvidenceModule) -> list[Verdict]:
    """Writes figures/, verdicts.json and report.html of a record.

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
    """Writes figures/NAME.svg and .png, .gif, .html, and removes those that are no longer drawn.

    A file that no drawing of ours has made stays.
    """
    from research.evidence.style import lecture_style

    record.figures.mkdir(exist_ok=True)
    with lecture_style():
        drawn = _draw_figures(record, evidence) | _draw_animations(record, evidence)
    drawn |= _draw_interactive(record, evidence)
    replace_drawn(record, drawn)


def _draw_figures(record: Record, evidence: EvidenceModule) -> set[str]:
    """Returns the names of the files, as the other two do."""
    own = evidence.figures(record)
    of_any = {name: each for name, each in _figures_of_any(record).items() if name not in own}
    return save_figures(record.figures, {**own, **of_any})


def save_figures(folder: Path, figures: "Mapping[str, Figure]") -> set[str]:
    """Writes NAME.svg and NAME.png of every figure.

    Args:
        folder: where they go; it is there.
        figures: by name.

    Returns:
        The names of the files.
    """
    from research.evidence.empty_panels import mark_empty_panels

    drawn = set()
    for name, figure in figures.items():
        mark_empty_panels(figure)
        title, text = _settle(figure)
        metadata = {"Date": None, "Title": title or name, "Description": text}
        _save(folder / f"{name}.svg", figure, format="svg", metadata=metadata)
        _save(folder / f"{name}.png", figure, format="png", dpi=PNG_DOTS_PER_INCH)
        drawn |= {f"{name}.svg", f"{name}.png"}
    return drawn


def _figures_of_any(record: Record) -> "dict[str, Figure]":
    """What every experiment's runs may have: range tests, and what they watched."""
    from research.evidence.class_losses_figure import class_losses_figures
    from research.evidence.class_losses_frequencies import class_frequencies_figures
    from research.evidence.range_test_figure import range_test_figures
    from research.evidence.watched_curvature_figure import watched_curvature_figures
    from research.evidence.watched_surfaces_figure import watched_surfaces_figures

    return (
        range_test_figures(record)
        | watched_curvature_figures(record)
        | watched_surfaces_figures(record)
        | class_losses_figures(record)
        | class_frequencies_figures(record)
    )


def _draw_animations(record: Record, evidence: EvidenceModule) -> set[str]:
    from research.evidence.gif import gif_bytes

    drawn = set()
    for name, animation in _optional(evidence, "animations")(record).items():
        title, text = _settle(animation._fig)
        data = gif_bytes(animation, title or name, text)
        write_atomically(record.figures / f"{name}.gif", data)
        drawn.add(f"{name}.gif")
    return drawn


def _draw_interactive(record: Record, evidence: EvidenceModule) -> set[str]:
    from research.evidence.interactive import page

    drawn = set()
    for name, figure in _optional(evidence, "interactive")(record).items():
        write_atomically(record.figures / f"{name}.html", page(name, figure))
        drawn.add(f"{name}.html")
    return drawn


def _optional(evidence: EvidenceModule, name: str) -> Callable[[Record], dict[str, Any]]:
    """What an evidence module may leave out: then there is nothing to draw."""
    found: Callable[[Record], dict[str, Any]] = getattr(evidence, name, lambda _: {})
    return found


def _settle(figure: "Figure") -> tuple[str, str]:
    """Lays a figure out once, for all files and frames; returns its caption's title and text."""
    from research.evidence.style import read_caption

    if (layout := figure.get_layout_engine()) is not None:
        layout.execute(figure)
        figure.set_layout_engine(None)
    return read_caption(figure)


def write_report(record: Record, records: Sequence[Record]) -> None:
    """Writes the report of several records into one of them."""
    write_atomically(record.report, compose(records, record.report.parent).encode())


def _save(file: Path, figure: "Figure", **options: object) -> None:
    stream = io.BytesIO()
    figure.savefig(stream, **options)  # type: ignore[arg-type]
    write_atomically(file, stream.getvalue())
