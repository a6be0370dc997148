"""The figure of a run's trajectory: how far each point is from the plane that it is drawn in."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.network_landscape.surfaces_figure import trajectory_of
from research.evidence.landscape_figures import colour_bar, contour, shared_scale
from research.evidence.style import BLUE, GREY, caption, slide
from research.evidence.surfaces import reservations
from research.surface import Surface

if TYPE_CHECKING:
    from experiments.network_landscape.evidence import Network


def way_of(network: "Network") -> Surface | None:
    """The plane of the trajectory through the last network, of the first split; None for none."""
    if not network.surfaces:
        return None
    step = max(step for step, _ in network.surfaces)
    plane = next(surface for (each, _), surface in network.surfaces.items() if each == step)
    return plane if trajectory_of(plane) is not None else None


def trajectory_figure(network: "Network") -> Figure:
    """Left the plane with the way on top; right the distances of its points, by step."""
    plane = way_of(network)
    assert plane is not None
    about = plane.about["trajectory"]
    figure = slide(height=6.4)
    left, right = figure.subplots(1, 2, width_ratios=[1.25, 1])
    scale = contour(
        left,
        plane,
        scale=shared_scale([plane.loss]),
        labelled=False,
        trajectory=trajectory_of(plane),
    )
    colour_bar(figure, [left], scale, f"mean loss, {plane.about['split']}")
    for name, axis, share in zip(
        ("first", "second"), (left.xaxis, left.yaxis), about["shares"], strict=True
    ):
        axis.set_label_text(f"{name} principal direction ({share:.0%} of the variance)", size=15)
    _distances(right, about)
    figure.suptitle(network.label, weight="bold", size=20)
    caption(
        figure,
        f"The way of the weights in its principal plane: {network.label}",
        f"Left: mean loss of {plane.about['examples']} examples of the split "
        f"{plane.about['split']} over the plane through the network after step "
        f"{plane.about['step']:,} (cross) along the principal directions of its trajectory, with "
        "the trajectory projected on top, from circle to star. Right: how far each point really "
        "is from this plane, beside its distance from the network; where both are alike, the loss "
        f"under the point is not the point's. Batch norm: {plane.about['batch_norm']}."
        f"{reservations([plane])}",
    )
    return figure


def _distances(axes: Axes, about: Mapping[str, Any]) -> None:
    """How far each point is from the plane, and how far from the network."""
    off = numpy.array(about["distances"])
    whole = numpy.hypot(numpy.linalg.norm(about["coordinates"], axis=1), off)
    axes.plot(about["steps"], whole, "o-", color=GREY, label="from the network", markersize=6)
    axes.plot(about["steps"], off, "o-", color=BLUE, label="from the plane", markersize=6)
    axes.set(xlabel="step", ylabel="distance of the point", ylim=(0, None))
    axes.legend()
