"""The evidence of double_descent_width: claims and figures, computed from a record alone."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from experiments.double_descent_width.claims import AT_LEAST, CLAIMS, NAMED_BY_CLAIMS
from experiments.double_descent_width.curve import Curve
from experiments.double_descent_width.curves_figure import STOPS, losses_figure, peak_figure
from experiments.double_descent_width.naming import (
    distinct,
    images_of,
    labels_of,
    reuse_of,
    runs_of,
    told_apart,
)
from experiments.double_descent_width.readings import Reading, read
from research.evidence.claimed_settings import wrong_settings
from research.evidence.claims import Verdict
from research.evidence.style import VERMILLION, caption, lecture_style, read_caption
from research.records.store import Record

Runs = Mapping[str, Sequence[Reading]]
"""The runs of each variant."""


def verdicts(record: Record) -> list[Verdict]:
    """Every claim, judged; see `claims.CLAIMS`."""
    readings, wrong = read(record), wrong_settings(record.plan, NAMED_BY_CLAIMS, AT_LEAST)
    return [claim.judge(readings, wrong) for claim in CLAIMS]


@lecture_style()
def figures(record: Record) -> dict[str, Figure]:
    """`double_descent_width`, where the peak is; for each variant `curves-<variant>`.

    Figures of what the record has; none before a width is done. Runs with the settings of an
    earlier variant are not drawn again, which captions say.
    """
    groups: dict[str, list[Reading]] = {}
    for reading in read(record):
        groups.setdefault(reading.store.variant, []).append(reading)
    kept, repeated = distinct(groups)
    labels = {variant: record.plan.variants[variant].label for variant in kept}
    drawn: dict[str, Figure] = {}
    clean = None
    if "clean" in kept:
        clean = Curve(kept["clean"], runs_of(kept["clean"][0].settings), VERMILLION)
    noisy = _stops(kept, labels)
    if clean or noisy:
        drawn["double_descent_width"] = peak_figure(clean, noisy)
    for variant, name in _titles(kept, labels).items():
        drawn[f"curves-{variant}"] = losses_figure(Curve(kept[variant], name, VERMILLION))
    for variant, like in repeated.items():
        for name in {"double_descent_width", f"curves-{like}"} & drawn.keys():
            _add(drawn[name], f"{variant} has the settings of {like} and is not drawn again.")
    return drawn


def _stops(kept: Runs, labels: Mapping[str, str]) -> list[Curve]:
    """The curves of the right panel, named by what they differ in."""
    shown = {name: kept[name][0].settings for name in STOPS if name in kept}
    is_mixed = len({labels_of(each) for each in shown.values()}) > 1
    names = {
        name: f"{reuse_of(each)}, {labels_of(each)}" if is_mixed else reuse_of(each)
        for name, each in shown.items()
    }
    return [
        Curve(kept[variant], name, STOPS[variant])
        for variant, name in told_apart(names, labels).items()
    ]


def _titles(kept: Runs, labels: Mapping[str, str]) -> dict[str, str]:
    """A title for the figure of each variant: data, labels, reuse."""
    names = {}
    for variant, [reading, *_] in kept.items():
        names[variant] = f"{images_of(reading.settings)}: {runs_of(reading.settings)}"
    return told_apart(names, labels)


def _add(figure: Figure, sentence: str) -> None:
    """Puts a sentence behind a figure's caption."""
    title, text = read_caption(figure)
    caption(figure, title, f"{text} {sentence}")
