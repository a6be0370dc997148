"""The figure of densities: how the eigenvalues of the Hessian of every network are distributed."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from experiments.network_landscape.surfaces_figure import title
from research.evidence.density_figure import draw_density
from research.evidence.style import caption, slide

if TYPE_CHECKING:
    from experiments.network_landscape.evidence import Network

NODES, WEIGHTS = "density_nodes", "density_weights"


def has_density(network: "Network") -> bool:
    """Whether any density was measured of a network."""
    return any(NODES in measured.arrays for measured in network.curvature.values())


def density_figure(networks: "Sequence[Network]") -> Figure:
    """A panel for each network, step and split whose density was measured."""
    panels = [
        (network.label if len(networks) > 1 else "", title(step, split), measured.arrays)
        for network in networks
        for (step, split), measured in network.curvature.items()
        if NODES in measured.arrays
    ]
    columns = min(2, len(panels))
    rows = math.ceil(len(panels) / columns)
    figure = slide(height=6.0 if rows == 1 else 4.5 * rows)
    for place, (label, moment, arrays) in enumerate(panels, start=1):
        axes = figure.add_subplot(rows, columns, place)
        draw_density(axes, arrays[NODES], arrays[WEIGHTS], arrays.get("largest", ()))
        axes.set_title("\n".join(part for part in (label, moment) if part))
    caption(
        figure,
        "Density of the eigenvalues of the Hessian",
        "By stochastic Lanczos quadrature, each node drawn as a normal curve. "
        "The band is two standard errors of the mean over random vectors, to each side.",
    )
    return figure
