"""The closed forms against searches, sums and loops."""

import math

import numpy
import pytest

from experiments.adam_memory.bounds import (
    largest_step,
    noise_share,
    published_bound,
    rare_gradient_total,
    step_size_under_noise,
    steps_to_half,
)

USUAL = (0.9, 0.999)


def step_after(gradients, betas):
    """|m| / sqrt(v) without bias correction, summed by hand."""
    ages = numpy.arange(len(gradients))[::-1]
    first = (1 - betas[0]) * (betas[0] ** ages * gradients).sum()
    second = (1 - betas[1]) * (betas[1] ** ages * gradients**2).sum()
    return abs(first) / math.sqrt(second)


def test_the_usual_numbers():
    assert published_bound(USUAL) == pytest.approx(math.sqrt(10))
    assert published_bound((0.99, 0.999)) == 1
    assert largest_step(USUAL) == pytest.approx(7.2702917998)
    assert rare_gradient_total(USUAL) == pytest.approx(10 * math.sqrt(10))
    assert rare_gradient_total(USUAL, 1 - 0.999**1001) == pytest.approx(25.15, abs=0.01)
    assert noise_share(1) == pytest.approx(1 / math.sqrt(2))


@pytest.mark.parametrize("betas", [USUAL, (0.5, 0.9), (0.0, 0.99)])
def test_no_sequence_steps_further(betas):
    """Random searches stay below, and climbing from them comes up to the bound."""
    generator = numpy.random.default_rng(0)
    bound = largest_step(betas)
    for _ in range(300):
        gradients = generator.standard_cauchy(400) * generator.choice([1, 0], 400)
        assert step_after(gradients, betas) <= bound * (1 + 1e-12)
    growing = (betas[1] / max(betas[0], 1e-3)) ** numpy.arange(-399.0, 1)
    if betas[0]:
        assert step_after(growing, betas) == pytest.approx(bound, rel=1e-6)
        for _ in range(300):
            changed = growing * (1 + 0.1 * generator.standard_normal(400))
            assert step_after(changed, betas) <= bound


def test_what_a_rare_gradient_adds_up_to():
    """While v stands still: beta2 = 1 - 1e-9, a gradient so large that nothing else counts."""
    betas = (0.8, 1 - 1e-9)
    gradients = numpy.zeros(200)
    gradients[0] = 1.0
    total = sum(step_after(gradients[: count + 1], betas) for count in range(200))
    assert total == pytest.approx(rare_gradient_total(betas), rel=1e-6)


@pytest.mark.parametrize("ratio", [0.0, 1.0, 10.0])
def test_the_size_of_steps_under_noise(ratio):
    """m by a long loop, over the root of the mean squared gradient in place of v."""
    generator = numpy.random.default_rng(1)
    first, squares, values = numpy.ones(2000), 0.0, []
    for step in range(300):
        first = 0.9 * first + 0.1 * (1 + ratio * generator.standard_normal(2000))
        if step >= 100:
            values.append((first**2).mean())
    squares = numpy.mean(values) / (1 + ratio**2)
    assert math.sqrt(squares) == pytest.approx(step_size_under_noise(ratio, USUAL), rel=0.01)


def test_steps_to_half():
    first, second, steps = 1.0, 1.0, 0
    for steps in range(40_000):
        gradient = 1e4 if steps == 0 else 1.0
        first = 0.9 * first + 0.1 * gradient
        second = 0.999 * second + 0.001 * gradient**2
        if steps > 200 and first / math.sqrt(second) >= 0.5:
            break
    assert steps == pytest.approx(steps_to_half(USUAL, 1e4), rel=1e-3)
