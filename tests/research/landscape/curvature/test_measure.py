"""All of a point's curvature in one call: each number is what its own function says."""

import pytest
import torch

from research.landscape.curvature.hessian import Hessian
from research.landscape.curvature.lanczos import extremes
from research.landscape.curvature.measure import hessian_directions, measure_curvature
from research.landscape.curvature.operator import dense
from research.landscape.curvature.sharpness import (
    adaptive_sharpness,
    keskar_sharpness,
    sharpness,
)
from research.landscape.curvature.trace import hutchinson
from research.landscape.surfaces import surface
from research.landscape.weights import flatten, weights_of
from research.settings.landscape import CurvatureSettings


def test_everything_at_once(make):
    objective = make.classified("convolutions")
    hessian = Hessian(objective, precision=torch.float64)
    matrix = dense(hessian)
    values = torch.linalg.eigvalsh(matrix)
    found = measure_curvature(
        objective,
        largest=3,
        smallest=2,
        tolerance=1e-8,
        trace_probes=8,
        density_probes=2,
        density_steps=5,
        sharpness_radius=0.1,
        adaptive_radius=0.2,
        keskar_radius=0.3,
        noise_scale=True,
        precision="float64",
    )
    metrics, arrays = found.metrics, found.arrays
    assert arrays["largest"].tolist() == pytest.approx(values.flip(0)[:3].tolist())
    assert arrays["smallest"].tolist() == pytest.approx(values[:2].tolist())
    assert metrics["lambda_max"] == arrays["largest"][0]
    assert metrics["lambda_min"] == arrays["smallest"][0]
    assert metrics["ratio"] == pytest.approx(abs(float(values[0] / values[-1])))
    assert metrics["lambda_max_residual"] < 1e-6
    assert metrics["converged"] == 1
    known = extremes(hessian, largest=3, smallest=2, tolerance=1e-8).largest
    assert torch.equal(arrays["trace_samples"], hutchinson(hessian, 8, deflated=known).samples)
    assert metrics["trace"] == pytest.approx(float(arrays["trace_samples"].mean()))
    trace, error = float(matrix.trace()), metrics["trace_standard_error"]
    assert abs(metrics["trace"] - trace) < 4 * error
    assert arrays["density_nodes"].shape == arrays["density_weights"].shape == (2, 5)
    assert metrics["sharpness"] == sharpness(hessian, 0.1)
    assert metrics["adaptive_sharpness"] == adaptive_sharpness(hessian, 0.2)
    assert metrics["keskar_sharpness"] == keskar_sharpness(hessian, 0.3)
    assert metrics["noise_scale"] == metrics["gradient_noise"] / metrics["gradient_signal"]
    assert metrics["loss"] == hessian.loss()
    assert metrics["gradient_norm"] == float(hessian.gradient().norm())
    assert metrics["examples"] == 11


def test_what_is_not_asked_for_is_not_there(make):
    found = measure_curvature(make.classified(), largest=0, smallest=0)
    assert set(found.metrics) == {"loss", "gradient_norm", "examples"}
    assert not found.arrays
    one_end = measure_curvature(make.classified(), largest=1, smallest=0)
    assert "lambda_min" not in one_end.metrics
    assert "ratio" not in one_end.metrics
    assert set(one_end.arrays) == {"largest", "largest_residuals"}


def test_the_seed_draws_all_that_is_random(make):
    # Without eigenvalues: those deflate the trace, and have a seed of their own.
    wanted = {"largest": 0, "smallest": 0, "trace_probes": 3}
    wanted |= {"density_probes": 1, "density_steps": 3}
    first, again, other = (
        measure_curvature(make.classified(), seed=seed, **wanted) for seed in (1, 1, 2)
    )
    for name, values in first.arrays.items():
        assert torch.equal(values, again.arrays[name])
    for name in ("trace_samples", "density_nodes"):
        assert not torch.equal(first.arrays[name], other.arrays[name])


def test_the_settings_name_its_keywords(make):
    settings = CurvatureSettings(largest=1, trace_probes=2)
    wanted = settings.model_dump(exclude={"splits", "examples", "batch_size"})
    assert "trace" in measure_curvature(make.classified(), **wanted).metrics


def test_eigenvectors_as_directions_of_a_surface(make):
    """Along them the second difference of the loss is the eigenvalue."""
    objective = make.classified()
    objective.model.double()
    objective.examples["x"] = objective.examples["x"].double()
    directions, values = hessian_directions(objective, count=2, tolerance=1e-4)
    vectors = torch.stack([flatten(each) for each in directions])
    assert torch.allclose(vectors @ vectors.T, torch.eye(2, dtype=torch.float64), atol=1e-5)
    matrix = dense(Hessian(objective, precision=torch.float64))
    assert values.tolist() == pytest.approx(
        torch.linalg.eigvalsh(matrix).flip(0)[:2].tolist(), rel=1e-4
    )
    for direction, value in zip(directions, values.tolist(), strict=True):
        step = 1e-3
        loss = surface(objective, weights_of(objective.model), [direction], [[-step, 0, step]]).loss
        assert (loss[0] - 2 * loss[1] + loss[2]) / step**2 == pytest.approx(value, rel=1e-3)
