"""The curvature of the lines, seed by seed: with and without dropout."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.loss_landscape.naming import MATCHED, TRAINED, at_one
from experiments.loss_landscape.numbers import curvature
from experiments.loss_landscape.readings import Reading
from research.evidence.style import GREY, PALETTE, caption, slide, wrapped

LOOK: dict[str, Any] = {"markersize": 10, "capsize": 4, "elinewidth": 2}
Groups = Mapping[str, Sequence[Reading]]
"""The runs of each variant."""


def curvature_figure(groups: Groups) -> Figure:
    """Three panels: training and test loss at the end, training loss where it is the same."""
    figure = slide(height=6.4)
    matched = {reading.settings.matched_loss for runs in groups.values() for reading in runs} - {
        None
    }
    wanted = [
        (TRAINED, "train", "training loss,\nat the end"),
        (TRAINED, "test", "test loss,\nat the end"),
    ]
    if matched:
        at = ", ".join(f"{loss:g}" for loss in sorted(each for each in matched if each))
        wanted.append((MATCHED, "train", f"training loss,\nwhere it first is ≤ {at}"))
    panels = figure.subplots(1, len(wanted), squeeze=False, sharey=True)[0]
    for axes, (point, split, title) in zip(panels, wanted, strict=True):
        axes.set_title(title)
        _draw(axes, groups, point, split)
    panels[0].set_ylabel("mean curvature along a line")
    first = next(iter(groups.values()))[0]
    panels[0].set_ylim(bottom=min(0, panels[0].get_ylim()[0]))
    caption(
        figure,
        "Curvature of the loss along random lines, seed by seed",
        "Second derivative of the parabola through each line, in units in which at 1"
        f" {at_one(first.settings.lines.directions)}; mean over the random directions, with its"
        " standard error. A grey line joins the runs of a seed, which share the noise of their"
        " directions.",
    )
    return figure


def _draw(axes: Axes, groups: Groups, point: str, split: str) -> None:
    places: dict[int, list[tuple[float, float]]] = {}
    for position, (colour, runs) in enumerate(zip(PALETTE, groups.values(), strict=False)):
        for index, reading in enumerate(runs):
            if (lines := reading.lines(point, split)) is None:
                continue
            values = curvature(lines)
            x = position + 0.06 * (index - (len(runs) - 1) / 2)
            error = float(values.std(ddof=1) / len(values) ** 0.5)
            mean = float(values.mean())
            axes.errorbar([x], [mean], [error], fmt="o", color=colour, **LOOK)
            places.setdefault(reading.store.seed, []).append((x, mean))
    for path in places.values():
        axes.plot(*numpy.array(path).T, color=GREY, linewidth=1, zorder=0)
    axes.set_xticks(range(len(groups)), [wrapped(runs[0].label, 14) for runs in groups.values()])
    axes.set_xlim(-0.6, len(groups) - 0.4)
