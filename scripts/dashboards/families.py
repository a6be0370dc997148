"""Which metrics stand together on a dashboard: in a section by their kind, in one panel if alike.

Nothing here knows an experiment: a record's own names say what there is to show.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

KINDS = {
    "train": "Train",
    "validation": "Validation",
    "test": "Test",
    "batch": "Batch",
    "lr": "Learning rate",
    "schedule": "Learning rate",
    "range_test": "Learning rate",
    "switch": "Learning rate",
    "per_class": "Losses by class",
    "weight_norm": "Weight norms",
    "curvature": "Curvature",
    "surface": "Surfaces",
}
"""The section of a metric, by the first word of its name, in the order of the dashboard."""
OTHER = "Other metrics"
"""Of names without a group, such as `norm`."""
_LOGARITHMIC = frozenset({"loss", "mse", "lr"})
_SHARES = frozenset({"accuracy"})


@dataclass(frozen=True)
class LinePanel:
    """Lines over optimizer steps.

    Attributes:
        title: what they are called together.
        metrics: their names.
        logarithmic: whether their values are compared by ratio.
        share: whether they lie between 0 and 1.
    """

    title: str
    metrics: tuple[str, ...]
    logarithmic: bool
    share: bool


@dataclass(frozen=True)
class MetricSection:
    """Panels of one kind."""

    title: str
    panels: tuple[LinePanel, ...]


def metric_sections(
    metrics: Iterable[str], stages: Iterable[str] = ()
) -> tuple[MetricSection, ...]:
    """All metrics, each in exactly one panel: known kinds first, then the experiment's own.

    Args:
        metrics: names as in a record's rows.
        stages: of runs that have some; a metric of theirs is called `<stage>/<metric>`.
    """
    order = list(stages)
    sections: dict[tuple[int, int, str], dict[str, list[str]]] = {}
    for metric in sorted(set(metrics)):
        stage = next((name for name in order if metric.startswith(f"{name}/")), "")
        bare = metric.removeprefix(f"{stage}/") if stage else metric
        kind = kind_of(bare)
        title = f"{stage}: {kind}" if stage else kind
        place = order.index(stage) if stage else -1
        panels = sections.setdefault((place, _rank(kind), title), {})
        panels.setdefault(panel_of(bare), []).append(metric)
    return tuple(
        MetricSection(title, tuple(_panel(name, lines) for name, lines in panels.items()))
        for (_, _, title), panels in sorted(sections.items())
    )


def kind_of(metric: str) -> str:
    """The section of a metric: its kind, or its own first word, where numbers don't count."""
    head, _, rest = metric.partition("/")
    known = KINDS.get(head.split("-")[0])
    if known:
        return known
    return _without_numbers(head) if rest else OTHER


def panel_of(metric: str) -> str:
    """The panel of a metric: those that differ in numbers only share one, as do a split's classes.

    `per_class/train/loss/group_03` is in `per_class/train/loss`, `rate0/loss` in `rate*/loss`.
    """
    if metric.startswith("per_class/"):
        return metric.rpartition("/")[0]
    return _without_numbers(metric)


def _without_numbers(name: str) -> str:
    """A name with a star for each number in it."""
    return re.sub(r"\d+(\.\d+)?(e[+-]?\d+)?", "*", name)


def _rank(kind: str) -> int:
    """Where a section stands among its stage's."""
    titles = list(dict.fromkeys(KINDS.values()))
    if kind == OTHER:
        return len(titles) + 1
    return titles.index(kind) if kind in titles else len(titles)


def _panel(title: str, metrics: list[str]) -> LinePanel:
    words = set(re.split(r"[/_-]", title))
    shown = metrics[0] if len(metrics) == 1 else title
    return LinePanel(shown, tuple(metrics), bool(words & _LOGARITHMIC), bool(words & _SHARES))
