"""The figure of the benchmark of curvature: where the eigenvalues of a trained network lie."""

from pathlib import Path

import numpy as np
import torch

from research.evidence.style import BLUE, VERMILLION, lecture_style, slide
from research.landscape.curvature.density import Density

FLOOR = 1e-7
"""Smallest density that is drawn, where the largest is 1."""
MARKS = 1e-3
"""Where the largest eigenvalues are marked: above what a few of so many weigh."""


@lecture_style()
def draw_density(density: Density, largest: torch.Tensor, path: Path) -> None:
    """Writes the density on a logarithmic axis, the largest eigenvalues marked above it.

    Args:
        density: from several probes; the band is their mean's standard error, twice to each side.
        largest: eigenvalues that are known by themselves, [count].
        path: of the PNG.
    """
    low, high = float(density.nodes.min()), float(density.nodes.max())
    span = high - low
    at = torch.linspace(low - 0.03 * span, high + 0.03 * span, 1500, dtype=torch.float64)
    curves = density.smoothed(at, width=span / 150)
    scale = curves.mean(dim=0).max()
    mean = (curves.mean(dim=0) / scale).numpy()
    error = (curves.std(dim=0) / len(curves) ** 0.5 / scale).numpy()
    figure = slide(height=6.0)
    axes = figure.subplots()
    axes.fill_between(
        at.numpy(),
        np.maximum(mean - 2 * error, FLOOR),
        np.maximum(mean + 2 * error, FLOOR),
        color=BLUE,
        alpha=0.25,
        linewidth=0,
    )
    axes.semilogy(at.numpy(), np.maximum(mean, FLOOR), color=BLUE)
    axes.plot(largest.numpy(), np.full(len(largest), MARKS), "v", color=VERMILLION, ms=12)
    axes.annotate(
        f"the {len(largest)} largest, one by one",
        (high, 2 * MARKS),
        color=VERMILLION,
        ha="right",
        va="bottom",
        weight="bold",
    )
    axes.set_title("Eigenvalues of the Hessian of a trained network")
    axes.set_xlabel("eigenvalue")
    axes.set_ylabel("density (largest = 1)")
    axes.set_ylim(FLOOR, 3)
    figure.savefig(path, dpi=100)
