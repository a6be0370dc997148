"""The figure of the rare gradient: how far it moves the weight, and how long it is remembered."""

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from experiments.adam_memory.bounds import rare_gradient_total, steps_to_half
from experiments.adam_memory.points import Forgetting, Spike, array_of, spacing
from experiments.adam_memory.settings import AdamMemorySettings
from research.evidence.style import (
    BLUE,
    GREEN,
    GREY,
    HALO,
    VERMILLION,
    LineLabel,
    caption,
    label_lines,
    slide,
)
from research.records.store import RunStore

SHOWN = 60
"""Steps after the rare gradient that are drawn: momentum has forgotten it then."""


def rare_figure(run: RunStore, settings: AdamMemorySettings) -> Figure:
    """How far the rare gradient moves the weight, and how long it is remembered."""
    figure = slide(height=6.2)
    left, right = figure.subplots(1, 2)
    _draw_paths(left, run, settings)
    _draw_forgetting(right, run, settings)
    caption(
        figure,
        "One rare gradient, and what Adam and AMSGrad remember of it",
        "Left: the way of the weight from the rare gradient on, summed up, in learning rates;"
        " zeros follow it. Adam with bias correction as torch has it, and without. The dashed"
        " line is 1/√(1−β₂). Right: the length of a step on gradients"
        " of 1 that follow it.",
    )
    return figure


def _draw_paths(axes: Axes, run: RunStore, settings: AdamMemorySettings) -> None:
    labels = []
    for rule, name, colour in (
        ("uncorrected", "uncorrected", VERMILLION),
        ("adam", "Adam", BLUE),
        ("amsgrad torch", "AMSGrad", GREEN),
    ):
        path = array_of(run, settings, Spike(rule, 0.0), "path")[:SHOWN]
        is_amsgrad = rule.startswith("amsgrad")
        axes.plot(path, color=colour, linestyle=(0, (1, 2)) if is_amsgrad else "-")
        labels.append(LineLabel(path[-1], f"{name} {path[-1]:.1f}", colour))
    total = rare_gradient_total(settings.betas)
    axes.axhline(total, color=GREY, linewidth=1.5, linestyle=(0, (4, 3)), zorder=1)
    axes.text(0, total * 1.02, f"1/√(1−β₂) = {total:.1f}", color=GREY, size=14, va="bottom")
    axes.set_xlim(0, SHOWN)
    axes.set_ylim(0, 1.15 * max(total, max(label.height for label in labels)))
    axes.set_title(f"A gradient of {settings.rare_gradient:,.0f} after ones")
    axes.set_xlabel("steps after it")
    axes.set_ylabel("way from it on, in learning rates")
    label_lines(axes, labels, size=14)


def _draw_forgetting(axes: Axes, run: RunStore, settings: AdamMemorySettings) -> None:
    labels = []
    for rule, name, colour in (("adam", "Adam", BLUE), ("amsgrad torch", "AMSGrad", GREEN)):
        sizes = array_of(run, settings, Forgetting(rule), "size")
        steps = 1 + numpy.arange(len(sizes)) * spacing(settings.forgetting_steps)
        axes.plot(steps, sizes, color=colour)
        labels.append(LineLabel(sizes[-1], name, colour))
    half = steps_to_half(settings.betas, settings.rare_gradient)
    axes.set_yscale("log")
    axes.set_xlim(0, settings.forgetting_steps)
    axes.set_ylim(top=10)
    if 0 < half < settings.forgetting_steps:
        axes.plot([half], [0.5], "o", color=BLUE, markersize=11, zorder=4)
        text = f"half a step again\nafter {half:,.0f} "
        axes.annotate(
            text,
            (half, 0.5),
            xytext=(-12, 4),
            textcoords="offset points",
            ha="right",
            size=14,
            path_effects=HALO,
        )
    axes.xaxis.set_major_formatter(FuncFormatter(lambda step, _: f"{step:,.0f}"))
    axes.xaxis.set_major_locator(MaxNLocator(2))
    axes.set_title("How long it is remembered")
    axes.set_xlabel("steps after it, gradients of 1")
    axes.set_ylabel("step, in learning rates")
    label_lines(axes, labels, size=14)
