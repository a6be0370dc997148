"""Random features: what they are, and that few are a part of many."""

import math

import pytest
import torch

from research.problems.random_features import CHUNK, RandomFeatures

X = torch.rand(6, 5, dtype=torch.float64, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("kind", ["fourier", "relu"])
def test_one_feature_at_a_time(kind):
    features = RandomFeatures(kind, 5, 0.7, seed=3)
    start = CHUNK - 2
    directions, phases = features.drawn(start, start + 4)
    assert directions.shape == (4, 5)
    for row, found in zip(X.tolist(), features(X, start, start + 4).tolist(), strict=True):
        for v, b, value in zip(directions.tolist(), phases.tolist(), found, strict=True):
            product = sum(a * c for a, c in zip(row, v, strict=True))
            expected = math.cos(product + b) if kind == "fourier" else max(product, 0.0)
            assert value == pytest.approx(expected, abs=1e-13)


def test_a_feature_is_the_same_however_many_there_are():
    features = RandomFeatures("fourier", 5, 1.0, seed=3)
    everything = features(X, 0, 2 * CHUNK + 10)
    again = RandomFeatures("fourier", 5, 1.0, seed=3)
    for start, stop in ((2 * CHUNK, 2 * CHUNK + 10), (0, 7), (CHUNK - 1, CHUNK), (5, 2 * CHUNK)):
        torch.testing.assert_close(again(X, start, stop), everything[:, start:stop])
    other = RandomFeatures("fourier", 5, 1.0, seed=4)
    assert not torch.allclose(other(X, 0, 7), everything[:, :7])


def test_many_fourier_features_make_the_gaussian_kernel():
    sigma = 0.8
    features = RandomFeatures("fourier", 5, sigma, seed=0)(X, 0, 100_000)
    kernel = 2 * features @ features.mT / 100_000
    expected = torch.exp(-torch.cdist(X, X).square() / (2 * sigma**2))
    torch.testing.assert_close(kernel, expected, atol=0.02, rtol=0)


def test_many_relu_features_make_the_arc_cosine_kernel():
    """Cho and Saul (2009): for v ~ N(0, I/d) twice the mean product is as below."""
    features = RandomFeatures("relu", 5, 1.0, seed=0)(X, 0, 100_000)
    kernel = 2 * features @ features.mT / 100_000
    norms = X.norm(dim=1)
    lengths = norms[:, None] * norms
    angles = (X @ X.mT / lengths).clamp(-1, 1).arccos()
    expected = lengths / (5 * math.pi) * (angles.sin() + (math.pi - angles) * angles.cos())
    torch.testing.assert_close(kernel, expected, atol=0.02, rtol=0)
