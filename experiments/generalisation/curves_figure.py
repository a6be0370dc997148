"""Training loss and test accuracy over steps, each method at its best learning rate."""

from collections.abc import Sequence

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter
from numpy.typing import NDArray

from experiments.generalisation.names import colour_of, name_of
from experiments.generalisation.outcomes import TEST_ACCURACY, TRAIN_LOSS, Outcome, by_variant
from experiments.generalisation.selection import BY_TRAIN_LOSS, choose, methods
from research.evidence.style import (
    GREY,
    LineLabel,
    caption,
    label_lines,
    slide,
)


def curves_figure(outcomes: Sequence[Outcome]) -> Figure:
    """Two panels; a line is the mean over seeds, its band goes from the least to the greatest."""
    figure = slide()
    loss, accuracy = figure.subplots(1, 2)
    loss.set_title("training loss, in nats")
    accuracy.set_title("test accuracy, in %")
    for axes in (loss, accuracy):
        axes.set_xlabel("optimizer step")
        axes.margins(x=0)
    labels: dict[Axes, list[LineLabel]] = {loss: [], accuracy: []}
    for method in methods(outcomes):
        runs = shown_runs(outcomes, method)
        if not runs:
            continue
        for axes, metric, scale in ((loss, TRAIN_LOSS, 1.0), (accuracy, TEST_ACCURACY, 100.0)):
            end = _draw(axes, runs, metric, scale, colour_of(method))
            rate = f", lr {runs[0].rate:g}" if axes is accuracy else ""
            text = name_of(method) + rate
            labels[axes].append(LineLabel(end, text, colour_of(method)))
    if labels[loss]:
        log_axis(loss)
    for axes, names in labels.items():
        if names:
            label_lines(axes, names, size=13, gap=0.06)
        else:
            axes.text(0.5, 0.5, "nothing yet", transform=axes.transAxes, ha="center", color=GREY)
    caption(
        figure,
        "Training loss and test accuracy, each method at the learning rate that trains best",
        "Lines are means over seeds, bands go from the least to the greatest. The learning rate of"
        " each method is the one of its grid with the least training loss after the last step.",
    )
    return figure


def shown_runs(outcomes: Sequence[Outcome], method: str) -> list[Outcome]:
    """The runs at a method's best rate; of its first rate that began, while none has ended."""
    if (choice := choose(outcomes, method, BY_TRAIN_LOSS)) is not None:
        return list(choice.outcomes)
    groups = by_variant([each for each in outcomes if each.method == method and len(each.steps)])
    return next(iter(groups.values()), [])


def _draw(axes: Axes, runs: Sequence[Outcome], metric: str, scale: float, colour: str) -> float:
    """A band and its mean line over the steps that all runs have; returns where the line ends."""
    steps = min((run.steps for run in runs), key=len)
    values: NDArray[numpy.float64] = scale * numpy.stack(
        [run.curves[metric][: len(steps)] for run in runs]
    )
    mean = values.mean(axis=0)
    axes.fill_between(steps, values.min(axis=0), values.max(axis=0), color=colour, alpha=0.15, lw=0)
    axes.plot(steps, mean, color=colour)
    finite = mean[numpy.isfinite(mean)]
    return float(finite[-1]) if len(finite) else float("nan")


def log_axis(axes: Axes) -> None:
    """A logarithmic axis of losses, with plain numbers at its ticks."""
    axes.set_yscale("log")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
