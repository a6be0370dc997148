"""The gradient noise scale, from per-example gradients that are known."""

import math

import pytest
import torch

from research.landscape.curvature.hessian import Hessian
from research.landscape.curvature.noise_scale import NoiseScale, from_two_sizes, noise_scale


def gradients(count=20, mean=3.0):
    generator = torch.Generator().manual_seed(0)
    return mean + torch.randn(count, 5, generator=generator, dtype=torch.float64)


def test_example_by_example_it_is_the_samples_own_variance(make):
    each = gradients()
    found = noise_scale(Hessian(make.linear(each), precision=torch.float64))
    noise = float(each.var(dim=0).sum())
    signal = float(each.mean(dim=0).square().sum()) - noise / 20
    assert found.noise == pytest.approx(noise, rel=1e-12)
    assert found.signal == pytest.approx(signal, rel=1e-12)
    assert found.simple == pytest.approx(noise / signal)


def test_with_small_batches_of_four(make):
    """20 examples are 5 of them; 2 more are not used."""
    each = gradients(22)
    found = noise_scale(Hessian(make.linear(each), precision=torch.float64), small=4)
    means = each[:20].view(5, 4, 5).mean(dim=1)
    noise = 4 * float(means.var(dim=0).sum())
    signal = float(means.mean(dim=0).square().sum()) - noise / 20
    assert found.noise == pytest.approx(noise, rel=1e-12)
    assert found.signal == pytest.approx(signal, rel=1e-12)


def test_two_sizes_by_hand():
    """|G|^2 = 4 and tr(Sigma) = 6: batches of 2 have 4 + 6/2 = 7 on average, of 6 have 5."""
    found = from_two_sizes(7.0, 5.0, small=2, ratio=3)
    assert found.signal == pytest.approx(4)
    assert found.noise == pytest.approx(6)
    assert found.simple == pytest.approx(1.5)


def test_it_is_unbiased(make):
    """Many samples of 4 gradients with |G|^2 = 5/4 and tr(Sigma) = 5."""
    found = [
        noise_scale(Hessian(make.linear(sample), precision=torch.float64))
        for sample in gradients(4 * 50, mean=0.5).view(50, 4, 5)
    ]
    assert sum(each.noise for each in found) / 50 == pytest.approx(5, abs=0.8)
    assert sum(each.signal for each in found) / 50 == pytest.approx(1.25, abs=0.8)


def test_a_signal_that_is_hidden_gives_no_scale():
    assert math.isnan(NoiseScale(noise=1.0, signal=-0.1).simple)


def test_one_batch_is_not_enough(make):
    with pytest.raises(ValueError, match=r"^20 examples, expected at least 24$"):
        noise_scale(Hessian(make.linear(gradients())), small=12)
