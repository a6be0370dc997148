"""The evidence of double_descent_width: claims and figures, computed from a record alone."""

from matplotlib.figure import Figure

from experiments.double_descent_width.claims import AT_LEAST, CLAIMS, NAMED_BY_CLAIMS
from experiments.double_descent_width.curves_figure import (
    LOOKS,
    Curve,
    losses_figure,
    peak_figure,
)
from experiments.double_descent_width.readings import Reading, read
from research.evidence.claimed_settings import wrong_settings
from research.evidence.claims import Verdict
from research.evidence.style import VERMILLION, lecture_style
from research.records.store import Record


def verdicts(record: Record) -> list[Verdict]:
    """Every claim, judged; see `claims.CLAIMS`."""
    readings, wrong = read(record), wrong_settings(record.plan, NAMED_BY_CLAIMS, AT_LEAST)
    return [claim.judge(readings, wrong) for claim in CLAIMS]


@lecture_style()
def figures(record: Record) -> dict[str, Figure]:
    """`double_descent_width`, where the peak is; for each variant `curves-<variant>`.

    Figures of what the record has; none before a width is done.
    """
    groups: dict[str, list[Reading]] = {}
    for reading in read(record):
        groups.setdefault(reading.store.variant, []).append(reading)
    drawn: dict[str, Figure] = {}
    clean = Curve(groups["clean"], "test", VERMILLION) if "clean" in groups else None
    noisy = [Curve(groups[name], *look) for name, look in LOOKS.items() if name in groups]
    if clean or noisy:
        drawn["double_descent_width"] = peak_figure(clean, noisy)
    for variant, readings in groups.items():
        label = record.plan.variants[variant].label
        drawn[f"curves-{variant}"] = losses_figure(Curve(readings, variant, VERMILLION), label)
    return drawn
