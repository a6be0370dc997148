"""The figures of the noise, of the largest step, and of the online problems."""

import numpy
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.adam_memory.bounds import (
    largest_step,
    noise_share,
    published_bound,
    step_size_under_noise,
)
from experiments.adam_memory.points import (
    GAMES,
    SEQUENCES,
    Game,
    Largest,
    Noise,
    array_of,
    metrics_of,
    spacing,
)
from experiments.adam_memory.settings import AdamMemorySettings
from research.evidence.style import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    VERMILLION,
    LineLabel,
    caption,
    label_lines,
    slide,
)
from research.records.store import RunStore


def noise_figure(run: RunStore, settings: AdamMemorySettings) -> Figure:
    """Mean and size of a step over the noise of the gradient, measured and by formula."""
    figure = slide(height=6.2)
    axes = figure.subplots()
    rows = {p: row for p, row in metrics_of(run, settings, Noise).items() if p.ratio > 0}
    ratios = numpy.geomspace(0.05, 60, 200)
    labels = []
    for metric, name, colour, formula in (
        ("mean", "mean step:\nEg/√(Var g + (Eg)²)", BLUE, noise_share),
        (
            "root_mean_square",
            "size of a step\n(root mean square)",
            ORANGE,
            lambda ratio: step_size_under_noise(ratio, settings.betas),
        ),
    ):
        heights = [formula(ratio) for ratio in ratios]
        axes.plot(ratios, heights, color=colour)
        measured = [row[metric] for row in rows.values()]
        axes.plot([p.ratio for p in rows], measured, "o", color=colour, markersize=11)
        labels.append(LineLabel(heights[-1], name, colour))
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlim(ratios[0], ratios[-1])
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xlabel("noise of the gradient: standard deviation over mean (log scale)")
    axes.set_ylabel("step, in learning rates (log scale)")
    axes.set_title("The more noise, the less of a step is progress")
    label_lines(axes, labels, size=14)
    caption(
        figure,
        "Adam's step as the noise of the gradient grows",
        "Dots are measured, lines are closed forms. The mean step falls with the share of the mean"
        " in the gradient's size, while the size of a step stops falling at √((1−β₁)/(1+β₁)).",
    )
    return figure


def largest_figure(run: RunStore, settings: AdamMemorySettings) -> Figure:
    """The largest single step over each sequence of gradients, and the two bounds."""
    figure = slide(height=5.6)
    axes = figure.subplots()
    rows = metrics_of(run, settings, Largest)
    for row, metrics in enumerate(rows.values()):
        low, high = metrics["corrected"], metrics["uncorrected"]
        axes.plot([low, high], [row, row], color=GREY, linewidth=1.2, zorder=1)
        axes.plot([high], [row], "o", color=VERMILLION, markersize=12, zorder=2)
        axes.plot([low], [row], "o", color=BLUE, markersize=12, zorder=3)
    bounds = (
        (published_bound(settings.betas), "the paper's bound"),
        (largest_step(settings.betas), "the sharp bound"),
    )
    for bound, name in bounds:
        axes.axvline(bound, color=GREY, linewidth=1.5, linestyle=(0, (4, 3)), zorder=0)
        axes.annotate(
            f"{name} {bound:.2f}",
            (bound, 1),
            xycoords=axes.get_xaxis_transform(),
            xytext=(0, 5),
            textcoords="offset points",
            ha="center",
            size=14,
            color=GREY,
        )
    axes.set_yticks(range(len(rows)), [SEQUENCES[point.sequence] for point in rows])
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xlim(0, largest_step(settings.betas) * 1.12)
    axes.set_xlabel("largest single step, in learning rates")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    handles = [
        axes.plot([], [], "o", color=colour, markersize=12, label=label)[0]
        for label, colour in (("Adam", BLUE), ("without bias correction", VERMILLION))
    ]
    figure.legend(
        handles=handles,
        loc="outside lower right",
        ncols=2,
        labelcolor="linecolor",
        handletextpad=0.1,
    )
    caption(
        figure,
        "How far one step of Adam can go",
        "The largest single step over a sequence of gradients, with bias correction (blue) and"
        " without (vermillion); of the random sequences, over all weights and steps.",
    )
    return figure


def game_figure(run: RunStore, settings: AdamMemorySettings) -> Figure:
    """Where Adam and AMSGrad go on the online problems, from every start."""
    figure = slide(height=5.6)
    titles = {
        "every third": f"{settings.game_gradient:g} at every third step, −1 at the others",
        "every 101st": "1010 at every 101st step, −10 at the others",
    }
    grid = figure.subplots(1, len(GAMES), sharey=True)
    counts = (settings.game_steps, settings.cycle_steps)
    for axes, problem, count in zip(grid, GAMES, counts, strict=True):
        labels = []
        for rule, name, colour in (
            ("uncorrected", "Adam", BLUE),
            ("amsgrad paper", "AMSGrad", GREEN),
        ):
            paths = array_of(run, settings, Game(problem, rule), "x")
            steps = 1 + numpy.arange(len(paths)) * spacing(count)
            axes.plot(steps, paths, color=colour, linewidth=2)
            labels.append(LineLabel(float(paths[-1].mean()), name, colour))
        axes.set_ylim(-1.08, 1.08)
        axes.set_xlim(0, count)
        axes.set_title(titles[problem], size=16)
        axes.set_xlabel("step")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda step, _: f"{step:,.0f}"))
        axes.xaxis.set_major_locator(MaxNLocator(3))
        label_lines(axes, labels, size=14)
    grid[0].set_ylabel("x; −1 is the best point, +1 the worst")
    caption(
        figure,
        "Where Adam goes to the wrong end, and AMSGrad does not",
        "Gradients of online linear losses on [−1, 1] (Reddi, Kale and Kumar 2018); both rules"
        " without bias correction, as in the paper, from the starts −1, −0.5, 0, 0.5 and 1.",
    )
    return figure
