"""The figure of the benchmark of curvature: where the eigenvalues of a trained network lie."""

from pathlib import Path

import torch

from research.evidence import density_figure
from research.evidence.style import lecture_style, slide
from research.landscape.curvature.density import Density


@lecture_style()
def draw_density(density: Density, largest: torch.Tensor, path: Path) -> None:
    """Writes the density, the largest eigenvalues marked above it.

    Args:
        density: from several probes.
        largest: eigenvalues that are known by themselves, [count].
        path: of the PNG.
    """
    figure = slide(height=6.0)
    axes = figure.subplots()
    density_figure.draw_density(
        axes, density.nodes.numpy(), density.weights.numpy(), largest.numpy()
    )
    axes.set_title("Eigenvalues of the Hessian of a trained network")
    figure.savefig(path, dpi=100)
