"""The figure of grokking: training and validation accuracy over steps, one panel per variant."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter
from numpy.typing import NDArray

from experiments.grokking.delays import LEARNED, Delay
from research.evidence.style import GREY, HALO, TRAINING, VALIDATION, caption, slide, wrapped
from research.records.store import Record, RunStore

SPLITS = (("train", TRAINING), ("validation", VALIDATION))
ARROW_HEIGHT = 62
"""Where the delay is drawn, in % accuracy."""
FIRST_STEP = 10
"""Left end of the axis: before it no run has learned anything."""


@dataclass(frozen=True)
class PanelStyle:
    """Sizes in points, and characters of a title's line, for figures of so many columns."""

    title: float = 18
    text: float = 15
    delay: float = 19
    characters: int = 36


STYLES = {1: PanelStyle(characters=74), 2: PanelStyle(), 3: PanelStyle(14, 12.5, 15, 30)}


def accuracy_figure(record: Record, delays: Sequence[Delay]) -> Figure:
    """One panel per variant: every seed thin, the median one bold, and how much later it learns."""
    groups = by_variant(delays)
    columns = {1: 1, 2: 2, 3: 3, 4: 2}.get(len(groups), 3)
    rows = math.ceil(len(groups) / columns)
    figure = slide(height=5.2 if rows == 1 and columns > 1 else 7.5 if rows <= 2 else 3.75 * rows)
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    last = max((delay.steps for delay in delays), default=0)
    for index, axes in enumerate(grid.flat):
        if index >= len(groups):
            axes.set_axis_off()
            continue
        variant = list(groups)[index]
        _frame(axes, record.plan.variants[variant].label, last, STYLES[columns])
        if index + columns >= len(groups):
            axes.tick_params(labelbottom=True)
            axes.set_xlabel("optimizer step (log scale)")
        if index % columns == 0:
            axes.set_ylabel("accuracy in %")
        _draw(axes, record, groups[variant], STYLES[columns])
    _caption(figure)
    return figure


def by_variant(delays: Sequence[Delay]) -> dict[str, list[Delay]]:
    """The runs of each variant, in the order of the plan."""
    groups: dict[str, list[Delay]] = {}
    for delay in delays:
        groups.setdefault(delay.variant, []).append(delay)
    return groups


def median_run(delays: Sequence[Delay]) -> Delay:
    """The run in the middle by the step at which it generalised; those that never did come last."""

    def order(delay: Delay) -> tuple[float, float, int]:
        return delay.validation or math.inf, delay.train or math.inf, delay.seed

    started = [delay for delay in delays if delay.steps] or list(delays)
    return sorted(started, key=order)[(len(started) - 1) // 2]


def _caption(figure: Figure) -> None:
    caption(
        figure,
        "Training and validation accuracy over optimizer steps",
        "Accuracy on the equations that were trained on (blue) and on those that were held out"
        " (vermillion). Thin lines are single seeds, the bold line is the median one. The numbers"
        " over each panel are the steps of its first evaluation at 99 % or more.",
    )


def _frame(axes: Axes, label: str, last: int, style: PanelStyle) -> None:
    right = max(last, 10 * FIRST_STEP) * 1.15
    title = wrapped(label, style.characters)
    axes.set_title(title, size=style.title, pad=11 + style.text)
    step_axis(axes)
    axes.set_xlim(FIRST_STEP, right)
    axes.set_ylim(-3, 103)
    axes.set_yticks([0, 50, 100])


def step_axis(axes: Axes) -> None:
    """A logarithmic axis of steps, with whole numbers at powers of ten."""
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(FuncFormatter(lambda step, _: f"{step:,.0f}"))
    axes.xaxis.set_minor_formatter(NullFormatter())


def curve(store: RunStore, split: str) -> tuple[NDArray[numpy.int64], NDArray[numpy.float64]]:
    """Steps and accuracy of a split; of the training set as its batches were answered, if known.

    Those are counted at every step, while evaluations are far apart.
    """
    steps, values = store.column("batch/accuracy" if split == "train" else f"{split}/accuracy")
    return (steps, values) if len(steps) else store.column(f"{split}/accuracy")


def _draw(axes: Axes, record: Record, delays: Sequence[Delay], style: PanelStyle) -> None:
    middle = median_run(delays)
    for delay in delays:
        store = record.run(delay.variant, delay.seed)
        for split, colour in SPLITS:
            steps, values = curve(store, split)
            bold = delay is middle
            axes.plot(
                steps,
                100 * values,
                color=colour,
                linewidth=3.5 if bold else 1.3,
                alpha=1.0 if bold else 0.4,
                zorder=3 if bold else 2,
            )
        if delay.state == "diverged":
            _mark_divergence(axes, store, style)
    if not middle.steps:
        _say(axes, middle.state)
        return
    store = record.run(middle.variant, middle.seed)
    is_narrow = _share_of_axis(axes, middle) < 0.4
    _name_curve(axes, store, "train", "training", TRAINING, style)
    _name_curve(axes, store, "validation", "validation", VALIDATION, style, on_right=is_narrow)
    _mark_steps(axes, middle, style)
    _mark_delay(axes, middle, style, on_right=is_narrow)


def _share_of_axis(axes: Axes, delay: Delay) -> float:
    """Width of the delay as a share of the panel's; 1 where there is none, and room enough."""
    left, right = axes.get_xlim()
    return 1.0 if delay.ratio is None else math.log(max(delay.ratio, 1)) / math.log(right / left)


def _say(axes: Axes, words: str) -> None:
    axes.text(0.5, 0.5, words, transform=axes.transAxes, ha="center", va="center", color=GREY)


def _mark_divergence(axes: Axes, store: RunStore, style: PanelStyle) -> None:
    """A cross at the last finite accuracy, and the word."""
    steps, values = store.column("validation/accuracy")
    finite = numpy.isfinite(values)
    if not finite.any():
        _say(axes, f"seed {store.seed} diverged")
        return
    step, value = steps[finite][-1], 100 * values[finite][-1]
    axes.plot([step], [value], "x", color="black", markersize=13, markeredgewidth=3.5, zorder=5)
    axes.annotate(
        "diverged",
        (step, value),
        xytext=(12, 6),
        textcoords="offset points",
        size=style.text,
        weight="bold",
        annotation_clip=False,
        path_effects=HALO,
        zorder=7,
    )


def _name_curve(
    axes: Axes,
    store: RunStore,
    split: str,
    name: str,
    colour: str,
    style: PanelStyle,
    on_right: bool = False,
) -> None:
    """Writes a split's name beside the rise of its curve, or over one that never rises."""
    steps, values = curve(store, split)
    if not len(steps):
        return
    rising, learned = steps[values >= 0.25], steps[values >= LEARNED]
    if on_right and len(learned):
        x, y = 1.15 * float(learned[0]), 38.0
    elif len(rising):
        x, y = 0.95 * max(float(rising[0]), FIRST_STEP), 38.0
    else:
        x, y = float(steps[-1]), 100 * float(values[-1]) + 8
    axes.text(
        x,
        y,
        name,
        ha="left" if on_right else "right",
        va="center",
        color=colour,
        size=style.text,
        weight="bold",
        path_effects=HALO,
        zorder=6,
    )


def _mark_steps(axes: Axes, delay: Delay, style: PanelStyle) -> None:
    """Dashed lines where 99 % is first reached, with the steps over the panel."""
    is_close = delay.ratio is not None and _share_of_axis(axes, delay) < 0.2
    for step, colour, side in (
        (delay.train, TRAINING, "right"),
        (delay.validation, VALIDATION, "left"),
    ):
        if step is None:
            continue
        axes.axvline(step, color=colour, linewidth=1.5, linestyle=(0, (4, 3)), zorder=1)
        axes.annotate(
            f"{step:,}",
            (step, 1.0),
            xycoords=axes.get_xaxis_transform(),
            xytext=(0, 5),
            textcoords="offset points",
            ha=side if is_close else "center",
            color=colour,
            size=style.text,
            annotation_clip=False,
        )


def _mark_delay(axes: Axes, delay: Delay, style: PanelStyle, on_right: bool) -> None:
    """A double arrow from memorising to generalising, the ratio over it or, if narrow, beside."""
    if delay.train is None or delay.validation is None or delay.ratio is None or delay.ratio <= 1:
        return
    axes.annotate(
        "",
        (delay.validation, ARROW_HEIGHT),
        xytext=(delay.train, ARROW_HEIGHT),
        arrowprops={"arrowstyle": "<->", "linewidth": 2.2, "shrinkA": 1, "shrinkB": 1},
        zorder=4,
    )
    axes.text(
        delay.validation * 1.15 if on_right else math.sqrt(delay.train * delay.validation),
        ARROW_HEIGHT if on_right else ARROW_HEIGHT + 5,
        f"{_times(delay.ratio)} later",
        ha="left" if on_right else "center",
        va="center" if on_right else "bottom",
        size=style.delay,
        weight="bold",
        path_effects=HALO,
        zorder=6,
    )


def _times(ratio: float) -> str:
    return f"{ratio:.0f}×" if ratio >= 10 else f"{ratio:.1f}×"
