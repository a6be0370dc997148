"""Figures of mini-batches, averaged iterates, and AdaGrad."""

from collections.abc import Sequence

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter

from experiments.finite_sum.readings import Reading, best_of_grid
from experiments.finite_sum.step_rules import AVERAGED, TUNED
from research.evidence.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    HALO,
    ORANGE,
    VERMILLION,
    LineLabel,
    caption,
    label_lines,
    slide,
)

RULE_COLOURS = (BLUE, VERMILLION, GREEN)


def batches_figure(reading: Reading) -> Figure:
    """Gradient and error along the path; error over batch size; what replacement changes."""
    figure = slide(height=6.4)
    path, error, ratio = figure.subplots(1, 3, width_ratios=(1.1, 1, 1))
    sizes = reading.array("descent_sizes")
    labels = []
    for row, colour in ((0, VERMILLION), (len(sizes) - 1, BLUE)):
        gradient, noise = (
            reading.array("descent_gradient")[row],
            reading.array("descent_noise")[row],
        )
        k, size = numpy.arange(len(noise)), int(sizes[row])
        path.plot(k, gradient, color=colour)
        path.plot(k, noise, "--", color=colour)
        labels += [
            LineLabel(float(gradient[-1]), f"‖∇f‖²\nb = {size}", colour),
            LineLabel(float(noise[-1]), f"‖e‖²\nb = {size}", colour),
        ]
    path.set(yscale="log", xlabel="update k, a = 1/L", ylabel="mean over the chains")
    path.set_xlim(0, len(reading.array("descent_noise")[0]) - 1)
    path.set_title("descent ends where error\nand gradient are as large", size=16)
    label_lines(path, labels, size=13, gap=0.12)
    _draw_error(error, reading)
    _draw_replacement(ratio, reading)
    caption(
        figure,
        "A mini-batch is gradient descent with an error",
        "Left: squared gradient of f (solid) and squared error e of the batch's gradient (dashed);"
        " f must fall only while the former is larger. Middle: the error at the minimum, beside"
        " σ*²/b with replacement, and that times (m-b)/(m-1) without. Right: the"
        " floor falls in the same proportion.",
    )
    return figure


def _draw_error(axes: Axes, reading: Reading) -> None:
    sizes, examples = reading.array("replacement_sizes"), reading.examples
    error, predicted = reading.array("replacement_error"), reading.array("replacement_predicted")
    dense = numpy.linspace(1, examples - 1, 400)
    variance = predicted[0, 0] * sizes[0]
    share = (examples - dense) / (examples - 1)
    for column, (line, colour, label) in enumerate(
        (
            (variance / dense, VERMILLION, "with replacement"),
            (variance / dense * share, BLUE, "distinct examples"),
        )
    ):
        axes.plot(dense, line, color=colour, lw=2)
        axes.plot(sizes, error[:, column], "o", ms=10, color=colour, label=label)
    axes.set(xscale="log", yscale="log", xlabel="batch size b", ylabel="E‖e‖² at w*")
    axes.set_title("error: dots measured,\nlines predicted", size=16)
    axes.legend(labelcolor="linecolor", loc="lower left", fontsize=14, handletextpad=0.1)


def _draw_replacement(axes: Axes, reading: Reading) -> None:
    sizes, examples = reading.array("replacement_sizes"), reading.examples
    dense = numpy.linspace(1, examples, 200)
    axes.plot(dense, (examples - dense) / (examples - 1), color=GREY, label="(m-b)/(m-1)")
    for name, marker, colour, label in (
        ("error", "o", BLUE, "error at w*"),
        ("level", "s", VERMILLION, "noise floor"),
    ):
        mean = reading.array(f"replacement_{name}")
        spread = reading.array(f"replacement_{name}_error")
        ratio = mean[:, 1] / mean[:, 0]
        relative = numpy.hypot(spread[:, 0] / mean[:, 0], spread[:, 1] / mean[:, 1])
        axes.errorbar(
            sizes, ratio, 2 * ratio * relative, fmt=marker, ms=10, color=colour, label=label
        )
    axes.set(xlabel="batch size b", ylabel="without / with replacement", ylim=(0, 1.08))
    axes.set_title(f"distinct examples:\nm = {examples}", size=16)
    axes.legend(labelcolor="linecolor", loc="lower left", fontsize=14)


def averages_figure(readings: Sequence[Reading], names: Sequence[str]) -> Figure:
    """One panel per loss: last iterate thin, average bold, bound dotted, for three step rules."""
    figure = slide(height=6.6)
    grid = figure.subplots(1, len(readings), sharey=True, squeeze=False)[0]
    for axes, reading, name in zip(grid, readings, names, strict=True):
        steps = reading.array("averages_steps")[1:]
        labels = []
        for column, ((label, _), colour) in enumerate(
            zip(AVERAGED.values(), RULE_COLOURS, strict=True)
        ):
            last, mean, bound = (
                reading.array(f"averages_{what}")[1:, column] for what in ("last", "mean", "bound")
            )
            axes.plot(steps, bound, ":", color=colour, lw=2)
            axes.plot(steps, last, color=colour, lw=1.3)
            axes.plot(steps, mean, color=colour, lw=4)
            labels.append(LineLabel(float(mean[-1]), label, colour))
        axes.set(xscale="log", yscale="log", xlabel="update k")
        axes.set_xlim(1, steps[-1])
        axes.set_title(name, size=17)
        label_lines(axes, labels, size=14)
    grid[0].set_ylabel("f - f*")
    for style, width, text in (("-", 4, "average"), ("-", 1.3, "last iterate"), (":", 2, "bound")):
        grid[0].plot([], [], style, lw=width, color=BLACK, label=text)
    grid[0].legend(loc="lower left")
    caption(
        figure,
        "Averaged iterates under three step rules",
        "Averages are weighted by the steps. With a constant step the average of a smooth sum goes"
        " on where the last iterate has stopped; with absolute deviations it stops as well. a/(k+1)"
        " is too short for either.",
    )
    return figure


def adagrad_figure(readings: Sequence[Reading], names: Sequence[str]) -> Figure:
    """One panel per instance: f - f* at the end over the step, with the best one marked."""
    figure = slide(height=6.4)
    grid = figure.subplots(1, len(readings), sharey=True, squeeze=False)[0]
    for axes, reading, name in zip(grid, readings, names, strict=True):
        rates, final = reading.array("adagrad_rates"), reading.array("adagrad_mean")[-1]
        best, steps, _ = best_of_grid(reading)
        for row, (method, colour) in enumerate(zip(TUNED, (ORANGE, BLUE, VERMILLION), strict=True)):
            axes.plot(rates[row], final[row], color=colour, label=method)
            axes.plot(steps[row], best[row], "o", color=colour, markersize=12)
            axes.annotate(
                f"{best[row]:.4f}",
                (steps[row], best[row]),
                xytext=(0, -22),
                textcoords="offset points",
                ha="center",
                color=colour,
                size=14,
                weight="bold",
                path_effects=HALO,
            )
        axes.set(xscale="log", yscale="log", xlabel="step a")
        axes.set_ylim(0.006, 1)
        axes.xaxis.set_major_formatter(FuncFormatter(lambda a, _: f"{a:g}"))
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.yaxis.set_major_locator(FixedLocator([0.01, 0.03, 0.1, 0.3, 1]))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda gap, _: f"{gap:g}"))
        axes.yaxis.set_minor_formatter(NullFormatter())
        axes.set_title(name, size=17)
    grid[0].legend(loc="upper left", labelcolor="linecolor", handlelength=1)
    updates = int(readings[0].array("adagrad_steps")[-1])
    grid[0].set_ylabel(f"f - f* after {updates:,} updates")
    caption(
        figure,
        "AdaGrad and SGD, each with its best step",
        "Mean of f - f* over all seeds of the batches, for every step of the grid; dots are the"
        " lowest. On sparse features the steps of AdaGrad for rare ones stay large.",
    )
    return figure
