"""Figures of the bigram: groups over the updates of each method, and weights against frequency."""

from collections.abc import Mapping, Sequence

import numpy
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator

from experiments.heavy_tails.drawing import LEAST, mean_array, methods, of
from experiments.heavy_tails.readings import Reading
from experiments.heavy_tails.settings import BigramSettings, Point
from research.evidence.class_losses import ClassLosses
from research.evidence.class_losses_figure import groups_key, groups_panel
from research.evidence.style import BLACK, BLUE, GREEN, ORANGE, PURPLE, caption, slide
from research.evidence.tuned_rates_figure import name_of
from research.problems.zipf import groups_of, zipf

WEIGHTINGS = {
    "bigram": BLACK,
    "by-context": BLUE,
    "by-context-root": PURPLE,
    "by-target": GREEN,
    "by-target-root": ORANGE,
}
"""Variants with and without weights, and their colours."""


def groups_figure(readings: Sequence[Reading]) -> Figure | None:
    """Excess loss of each group over the updates, a panel per method at its best rate."""
    runs = of(readings, "bigram")
    if not runs:
        return None
    points = [point for method in methods(runs[0]) if (point := runs[0].best(method))]
    if not points:
        return None
    figure = slide(width=max(9.0, 3.0 * len(points) + 2.0), height=5.6)
    panels = list(figure.subplots(1, len(points), sharey=True, squeeze=False)[0])
    for axes, point in zip(panels, points, strict=True):
        losses = _losses(runs, point)
        groups_panel(axes, losses, log=True)
        axes.set_title(f"{name_of(point.method)}\nlr {point.rate:g}", size=15)
        axes.set_xlabel("update")
    panels[0].set_ylim(1e-4, 3)
    panels[0].set_ylabel("excess loss (log scale)")
    groups_key(figure, panels, len(losses.shares))
    caption(
        figure,
        "Linear bigram, context by context",
        "Excess loss of each tenth of the contexts, from frequent to rare, and of all of them"
        " (dashed), each method at its best learning rate; mean over seeds.",
    )
    return figure


def _losses(runs: Sequence[Reading], point: Point) -> ClassLosses:
    problem = runs[0].settings.problem
    assert isinstance(problem, BigramSettings)
    loss = mean_array(runs, "groups", point)
    groups = groups_of(zipf(point.size, problem.exponent))
    return ClassLosses(
        steps=mean_array(runs, "steps", point).astype(numpy.int64),
        loss=loss,
        accuracy=numpy.full_like(loss, numpy.nan),
        overall=loss @ groups.shares,
        shares=groups.shares,
        classes=groups.classes,
    )


def reweighting_figure(readings: Sequence[Reading], labels: Mapping[str, str]) -> Figure | None:
    """GD with momentum by group under each weighting, and what is left of the gap to Adam.

    Args:
        readings: of all runs.
        labels: of the variants.
    """
    found = {variant: runs for variant in WEIGHTINGS if (runs := of(readings, variant))}
    if len(found) < 2:
        return None
    figure = slide(height=6.2)
    groups, gaps = figure.subplots(1, 2, width_ratios=[1.15, 1])
    shown = []
    for variant, runs in found.items():
        points = runs[0].best("gdm"), runs[0].best("adam")
        if points[0] is None or points[1] is None:
            continue
        last = mean_array(runs, "groups", points[0])[-1]
        ranks, heights = numpy.arange(1, len(last) + 1), numpy.maximum(last, LEAST)
        groups.plot(ranks, heights, "-o", color=WEIGHTINGS[variant], clip_on=False)
        groups.xaxis.set_major_locator(FixedLocator(list(ranks)))
        shown.append(variant)
        for run in runs:
            if points[0] in run.rows and points[1] in run.rows:
                momentum, adam = run.rows[points[0]], run.rows[points[1]]
                gap = (momentum["loss"] - adam["loss"]) / adam["initial"]
                place = len(shown) - 1
                gaps.plot(max(gap, LEAST), place, "o", color=WEIGHTINGS[variant], clip_on=False)
    groups.set(yscale="log", ylim=(LEAST, 3), xlabel="tenth of the contexts, frequent → rare")
    groups.set_ylabel("excess loss (log scale)")
    groups.set_title("GD with momentum, at its best rate")
    names = ["no weights" if each == "bigram" else labels[each] for each in shown]
    gaps.set_yticks(range(len(shown)), names)
    for tick, variant in zip(gaps.get_yticklabels(), shown, strict=True):
        tick.set_color(WEIGHTINGS[variant])
        tick.set_fontweight("bold")
    gaps.set(xscale="log", xlim=(LEAST, 0.1), ylim=(len(shown) - 0.5, -0.5))
    gaps.set_xlabel("gap to Adam (log scale)")
    gaps.grid(axis="y", color="#E8EAED")
    gaps.set_title("what is left of the gap")
    caption(
        figure,
        "Weights against frequency",
        "The loss is weighted by a power of the frequency of the known word (context) or the next"
        " one (target), and minimised by GD with momentum and by Adam, each at its best learning"
        " rate. Left: excess loss of that weighted problem by tenth of the contexts, mean over"
        " seeds. Right: the gap between the two methods as a share of the first excess loss, a"
        f" point per seed; smaller ones are drawn at {LEAST:g}.",
    )
    return figure
