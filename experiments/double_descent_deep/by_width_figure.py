"""The curves over epochs of networks of every width."""

from collections.abc import Sequence

import matplotlib
import numpy
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from experiments.double_descent_deep.epochs_figure import epochs_axis, together
from experiments.double_descent_deep.marks import headroom, note, nothing
from experiments.double_descent_deep.outcomes import Outcome
from experiments.double_descent_deep.widths_figure import NETWORKS, ByWidth, width_groups
from research.evidence.style import LineLabel, caption, label_lines, slide
from research.evidence.threshold_figure import median


def by_width_figure(outcomes: Sequence[Outcome]) -> Figure:
    """A panel for each network, a line for each width: the median over seeds of the test error.

    Variants that all ran with one width, as a setting of the command line can make them, are said
    to be no curve over widths.
    """
    groups = width_groups(outcomes)
    figure = slide(height=6.6)
    panels = figure.subplots(1, len(groups), squeeze=False)[0]
    for axes, (network, widths) in zip(panels, groups.items(), strict=True):
        axes.set_title(f"{NETWORKS[network]} of width k: test error, in %")
        _draw(axes, widths)
    alone = [each for each in map(_only_width, groups.values()) if each]
    caption(
        figure,
        "The test error over the epochs, for every width",
        " ".join(["The median over seeds; the darker, the wider.", *alone]),
    )
    return figure


def _only_width(widths: ByWidth) -> str:
    """What keeps several variants from being a curve over widths; nothing if there is one."""
    names = list(dict.fromkeys(run.variant for runs in widths.values() for run in runs))
    if len(widths) > 1 or len(names) < 2:
        return ""
    [width] = widths
    return f"{' and '.join(names)} all ran with width {width}, so there is no curve over widths."


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
    if _only_width(widths):
        headroom(axes)
        note(axes, f"all runs have width {next(iter(widths))}: no curve over widths")
    label_lines(axes, labels, size=14, gap=0.06)
