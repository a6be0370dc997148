"""All of a point's curvature in one call: numbers for a row, arrays to be kept beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from research.landscape.curvature.density import spectral_density
from research.landscape.curvature.hessian import Hessian
from research.landscape.curvature.lanczos import Extremes, extremes
from research.landscape.curvature.noise_scale import noise_scale as measure_noise_scale
from research.landscape.curvature.sharpness import (
    adaptive_sharpness,
    keskar_sharpness,
    sharpness,
)
from research.landscape.curvature.trace import hutchinson
from research.landscape.objective import Objective
from research.landscape.weights import Weights

Precision = Literal["float32", "float64"]
PRECISIONS = {"float32": torch.float32, "float64": torch.float64}


@dataclass(frozen=True)
class Curvature:
    """What was measured at one point.

    Attributes:
        metrics: by name. Always: loss, gradient_norm, examples. With eigenvalues: lambda_max,
            lambda_max_residual, lambda_min, lambda_min_residual, ratio = |lambda_min / lambda_max|,
            products, converged (1 or 0). Where asked for: trace, trace_standard_error, sharpness,
            adaptive_sharpness, keskar_sharpness, noise_scale, gradient_noise, gradient_signal.
        arrays: float64. largest and smallest, [count], from the outermost inwards, with
            largest_residuals and smallest_residuals; trace_samples, [probes]; density_nodes and
            density_weights, [probes, steps].
    """

    metrics: dict[str, float]
    arrays: dict[str, Tensor]


def measure_curvature(
    objective: Objective,
    origin: Weights | None = None,
    *,
    largest: int = 5,
    smallest: int = 1,
    lanczos_steps: int = 80,
    tolerance: float = 1e-3,
    trace_probes: int = 0,
    density_probes: int = 0,
    density_steps: int = 40,
    sharpness_radius: float | None = None,
    adaptive_radius: float | None = None,
    keskar_radius: float | None = None,
    noise_scale: bool = False,
    precision: Precision = "float32",
    names: Sequence[str] | None = None,
    seed: int = 0,
) -> Curvature:
    """Measures what is asked for at one point of weight space; the model is left as it was.

    Args:
        objective: the model, its examples and its per-example loss.
        origin: the point; None means the model's own weights.
        largest: how many of the Hessian's largest eigenvalues.
        smallest: how many of the smallest.
        lanczos_steps: at most so many products for them.
        tolerance: residual, as share of the largest |lambda|, at which Lanczos stops.
        trace_probes: of Hutchinson's estimate; 0 for no trace. Eigenvectors at hand are deflated.
        density_probes: of the spectral density; 0 for none.
        density_steps: Lanczos steps of each of them.
        sharpness_radius: of SAM's sharpness; None for none.
        adaptive_radius: of adaptive SAM's sharpness; None for none.
        keskar_radius: of Keskar's sharpness; None for none.
        noise_scale: whether the gradient noise scale is measured, example by example.
        precision: what everything is computed in.
        names: the parameters that the loss is differentiated by; None means all.
        seed: of all that is random here.
    """
    hessian = Hessian(objective, origin, names=names, precision=PRECISIONS[precision])
    found = _centre(hessian)
    ends = None
    if largest or smallest:
        ends = extremes(
            hessian,
            largest=largest,
            smallest=smallest,
            steps=lanczos_steps,
            tolerance=tolerance,
            seed=seed,
        )
        _add_ends(found, ends)
    if trace_probes:
        known = ends.largest if ends and largest else None
        trace = hutchinson(hessian, trace_probes, seed, known)
        found.metrics["trace"] = trace.mean
        found.metrics["trace_standard_error"] = trace.standard_error
        found.arrays["trace_samples"] = trace.samples
    if density_probes:
        density = spectral_density(hessian, density_probes, density_steps, seed)
        found.arrays["density_nodes"] = density.nodes
        found.arrays["density_weights"] = density.weights
    hessian.free()  # what follows are gradients at other points
    _add_sharpness(found, hessian, sharpness_radius, adaptive_radius, keskar_radius)
    if noise_scale:
        noise = measure_noise_scale(hessian)
        found.metrics["noise_scale"] = noise.simple
        found.metrics["gradient_noise"] = noise.noise
        found.metrics["gradient_signal"] = noise.signal
    return found


def _centre(hessian: Hessian) -> Curvature:
    """What is always measured."""
    metrics = {
        "loss": hessian.loss(),
        "gradient_norm": float(torch.linalg.vector_norm(hessian.gradient())),
        "examples": float(hessian.objective.count),
    }
    return Curvature(metrics, {})


def _add_ends(found: Curvature, ends: Extremes) -> None:
    """Adds eigenvalues and residuals, as far as there are any."""
    found.metrics["products"] = float(ends.products)
    found.metrics["converged"] = float(ends.converged)
    for array, metric, pairs in (
        ("largest", "lambda_max", ends.largest),
        ("smallest", "lambda_min", ends.smallest),
    ):
        if len(pairs.values):
            found.metrics[metric] = float(pairs.values[0])
            found.metrics[f"{metric}_residual"] = float(pairs.residuals[0])
            found.arrays[array] = pairs.values
            found.arrays[f"{array}_residuals"] = pairs.residuals
    if {"largest", "smallest"} <= set(found.arrays):
        found.metrics["ratio"] = ends.ratio


def _add_sharpness(
    found: Curvature,
    hessian: Hessian,
    sharpness_radius: float | None,
    adaptive_radius: float | None,
    keskar_radius: float | None,
) -> None:
    """Adds the kinds of sharpness that have a radius."""
    if sharpness_radius is not None:
        found.metrics["sharpness"] = sharpness(hessian, sharpness_radius)
    if adaptive_radius is not None:
        found.metrics["adaptive_sharpness"] = adaptive_sharpness(hessian, adaptive_radius)
    if keskar_radius is not None:
        found.metrics["keskar_sharpness"] = keskar_sharpness(hessian, keskar_radius)


def hessian_directions(
    objective: Objective,
    origin: Weights | None = None,
    count: int = 2,
    *,
    steps: int = 80,
    tolerance: float = 1e-3,
    seed: int = 0,
) -> tuple[list[dict[str, Tensor]], Tensor]:
    """Eigenvectors of the largest eigenvalues as directions of a surface, and the eigenvalues.

    Returns:
        `count` directions of length 1, orthogonal to each other, in the weights' own dtype; and
        their eigenvalues, [count]. Along direction i the loss begins as L + lambda_i a^2 / 2, where
        the gradient is zero.
    """
    hessian = Hessian(objective, origin)
    found = extremes(
        hessian, largest=count, smallest=0, steps=steps, tolerance=tolerance, seed=seed
    ).largest
    return [hessian.direction(vector) for vector in found.vectors], found.values
