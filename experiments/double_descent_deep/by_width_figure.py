"""The curves over epochs of networks of every width."""

from collections.abc import Sequence

import matplotlib
import numpy
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from experiments.double_descent_deep.epochs_figure import epochs_axis, nothing, together
from experiments.double_descent_deep.outcomes import Outcome
from experiments.double_descent_deep.widths_figure import NETWORKS, ByWidth, width_groups
from research.evidence.style import LineLabel, caption, label_lines, slide
from research.evidence.threshold_figure import median


def by_width_figure(outcomes: Sequence[Outcome]) -> Figure:
    """A panel for each network, a line for each width: the median over seeds of the test error."""
    groups = width_groups(outcomes)
    figure = slide(height=6.6)
    panels = figure.subplots(1, len(groups), squeeze=False)[0]
    for axes, (network, widths) in zip(panels, groups.items(), strict=True):
        axes.set_title(f"{NETWORKS[network]} of width k: test error, in %")
        _draw(axes, widths)
    caption(
        figure,
        "The test error over the epochs, for every width",
        "The median over seeds; the darker, the wider.",
    )
    return figure


def _draw(axes: Axes, widths: ByWidth) -> None:
    # The light end of the map vanishes on a projector.
    colours = matplotlib.colormaps["viridis_r"](numpy.linspace(0.2, 1, len(widths)))
    labels = []
    for (width, runs), colour in zip(widths.items(), map(to_hex, colours), strict=True):
        begun = [run for run in runs if len(run.epochs)]
        if not begun:
            continue
        epochs = max((run.epochs for run in begun), key=len)
        heights = median(together([run.test_error for run in begun]))
        axes.plot(epochs, heights, color=colour)
        labels.append(LineLabel(float(heights[-1]), f"k = {width}", colour))
    if not labels:
        nothing(axes)
        return
    epochs_axis(axes)
    label_lines(axes, labels, size=14, gap=0.06)
