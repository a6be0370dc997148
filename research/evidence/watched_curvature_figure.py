"""The figure of curvature that was watched while networks trained: eigenvalues and more, by step.

It is drawn for every record that has runs whose settings watch curvature, whatever the experiment.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from research.evidence.style import PALETTE, caption, slide
from research.records.store import Record, RunStore, VariantPlan

PANELS = {
    "lambda_max": ("largest Hessian eigenvalue", "lambda_max_residual"),
    "lambda_min": ("smallest Hessian eigenvalue", "lambda_min_residual"),
    "trace": ("trace of the Hessian", "trace_standard_error"),
    "sharpness": ("SAM's sharpness", None),
    "adaptive_sharpness": ("adaptive SAM's sharpness", None),
    "keskar_sharpness": ("Keskar's sharpness", None),
    "noise_scale": ("gradient noise scale", None),
}
"""By metric, its name in words and the metric that is its uncertainty."""
STYLES: tuple[Literal["solid", "dashed", "dotted"], ...] = ("solid", "dashed", "dotted")
COLUMNS = 3
WIDE = 30.0
"""Largest over smallest value from which an axis is logarithmic."""


@dataclass(frozen=True)
class Watched:
    """One metric of one run and split.

    Attributes:
        variant: of the run.
        split: of the data.
        metric: a key of `PANELS`.
        steps: [measurements].
        values: [measurements].
        errors: half the width of a band, [measurements]; 0 where nothing is known of it.
    """

    variant: str
    split: str
    metric: str
    steps: NDArray[numpy.int64]
    values: NDArray[numpy.float64]
    errors: NDArray[numpy.float64]


def watched_curvature_figures(record: Record) -> dict[str, Figure]:
    """The figure `watched_curvature`, if any run of the record has watched curvature; else none."""
    found = [
        each
        for run in record.runs()
        if watches(record.plan.variants[run.variant], "curvature")
        for store in stores_of(run)
        for each in _read(store)
    ]
    labels = {name: variant.label for name, variant in record.plan.variants.items()}
    return {"watched_curvature": _figure(found, labels)} if found else {}


def watches(variant: VariantPlan, part: str) -> bool:
    """Whether the runs of a variant watch their curvature, surfaces or trajectory."""
    watch = variant.settings.get("watch")
    return isinstance(watch, dict) and watch.get(part) is not None


def stores_of(run: RunStore) -> list[RunStore]:
    """The stages of a run, or the run itself where it has none."""
    stages: list[RunStore] = [run.stage(name) for name in run.stages()]
    return stages or [run]


def _read(store: RunStore) -> Iterator[Watched]:
    """What a run, or a stage of one, has logged."""
    names = sorted({name for row in store.metrics() for name in row})
    for name in names:
        kind, _, rest = name.partition("/")
        split, _, metric = rest.rpartition("/")
        if kind != "curvature" or metric not in PANELS:
            continue
        steps, values = store.column(name)
        uncertainty = PANELS[metric][1]
        errors = numpy.zeros(len(values))
        if uncertainty is not None:
            known, found = store.column(f"curvature/{split}/{uncertainty}")
            errors[numpy.isin(steps, known)] = found
        yield Watched(store.variant, split, metric, steps, values, errors)


def _figure(found: Sequence[Watched], labels: dict[str, str]) -> Figure:
    """A panel for each metric; a colour for each variant, a line for each run and split."""
    metrics = [metric for metric in PANELS if any(each.metric == metric for each in found)]
    rows = -(-len(metrics) // COLUMNS)
    columns = min(len(metrics), COLUMNS)
    figure = slide(width=max(8.5, 5.6 * columns), height=5.6 * rows + 0.6)
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    variants = list(dict.fromkeys(each.variant for each in found))
    splits = list(dict.fromkeys(each.split for each in found))
    for panel, metric in zip(panels, metrics, strict=False):
        shown = [each for each in found if each.metric == metric]
        for each in shown:
            colour = PALETTE[variants.index(each.variant) % len(PALETTE)]
            _draw(panel, each, colour, splits.index(each.split))
        _furnish(panel, PANELS[metric][0], shown)
    for panel in panels[len(metrics) :]:
        panel.set_visible(False)
    _legend(figure, [labels[name] or name for name in variants], splits)
    caption(
        figure,
        "Curvature during training",
        "Of the Hessian of the mean loss, at evaluations; a line for each run. Bands are residuals "
        "of eigenvalues and standard errors of traces; a smallest eigenvalue with a wide band is a "
        f"bound from above. Split: {', '.join(splits)}.",
    )
    return figure


def _draw(axes: Axes, each: Watched, colour: str, split: int) -> None:
    style = STYLES[split % len(STYLES)]
    marker = "o" if len(each.steps) <= 30 else ""
    axes.plot(each.steps, each.values, color=colour, linestyle=style, marker=marker, markersize=6)
    low, high = each.values - each.errors, each.values + each.errors
    axes.fill_between(each.steps, low, high, color=colour, alpha=0.2, linewidth=0)


def _furnish(axes: Axes, name: str, shown: Sequence[Watched]) -> None:
    values = numpy.concatenate([each.values for each in shown])
    values = values[numpy.isfinite(values)]
    is_wide = len(values) > 0 and 0 < WIDE * values.min() < values.max()
    if is_wide:
        axes.set_yscale("log")
    axes.set_xlabel("step")
    axes.set_title(f"{name} (log scale)" if is_wide else name, size=17)
    axes.xaxis.set_major_locator(MaxNLocator(4, integer=True))


def _legend(figure: Figure, labels: Sequence[str], splits: Sequence[str]) -> None:
    """Colours by variant, dashes by split, as far as there are several."""
    colours = [PALETTE[index % len(PALETTE)] for index in range(len(labels))]
    lines = [
        Line2D([], [], color=colour, label=label)
        for colour, label in zip(colours, labels, strict=True)
    ]
    if len(splits) > 1:
        lines += [
            Line2D([], [], color="black", linestyle=STYLES[index % len(STYLES)], label=split)
            for index, split in enumerate(splits)
        ]
    figure.legend(handles=lines, loc="outside upper center", ncols=min(3, len(lines)), fontsize=15)
