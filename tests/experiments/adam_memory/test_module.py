"""The points, each computed in a small size and compared with a loop over plain numbers."""

import math

import pytest

from experiments.adam_memory.module import AdamMemory
from experiments.adam_memory.points import (
    RULES,
    SEQUENCES,
    Forgetting,
    Game,
    Largest,
    Noise,
    Spike,
    points,
    spacing,
)
from experiments.adam_memory.settings import AdamMemorySettings

SMALL = AdamMemorySettings(
    ones_before=30,
    rare_gradient=50.0,
    steps_after=20,
    forgetting_steps=900,
    bound_steps=120,
    noise_ratios=(0.0, 2.0),
    noise_steps=50,
    coordinates=4,
    game_steps=600,
    cycle_steps=300,
)


def compute(point, settings=SMALL, seed=0):
    return AdamMemory(settings, seed).compute(points(settings).index(point), point)


def adam(gradients, betas, corrected):
    """The steps of Adam over lr, one plain number at a time."""
    first = second = 0.0
    steps = []
    for t, gradient in enumerate(gradients, start=1):
        first = betas[0] * first + (1 - betas[0]) * gradient
        second = betas[1] * second + (1 - betas[1]) * gradient**2
        a, b = (1 - betas[0] ** t, 1 - betas[1] ** t) if corrected else (1.0, 1.0)
        steps.append(first / a / math.sqrt(second / b))
    return steps


def test_all_points_are_listed_once():
    listed = points(SMALL)
    assert len(set(listed)) == len(listed) == 2 * len(RULES) + 2 + len(SEQUENCES) + 2 + 4


@pytest.mark.parametrize(("rule", "corrected"), [("adam", True), ("uncorrected", False)])
@pytest.mark.parametrize("after", [0.0, 1.0])
def test_the_rare_gradient(rule, corrected, after):
    result = compute(Spike(rule, after))
    steps = adam([1.0] * 30 + [50.0] + [after] * 19, SMALL.betas, corrected)
    expected = {
        "before": sum(steps[:30]),
        "at": steps[30],
        "first_ten": sum(steps[30:40]),
        "after": sum(steps[30:]),
    }
    assert result.metrics == pytest.approx(expected, rel=1e-12)
    assert len(result.arrays["path"]) == 20
    assert float(result.arrays["path"][-1]) == pytest.approx(expected["after"])


def test_forgetting():
    settings = SMALL.model_copy(update={"forgetting_steps": 3000, "betas": (0.5, 0.99)})
    steps = adam([1.0] * 30 + [50.0] + [1.0] * 3000, (0.5, 0.99), True)[31:]
    half = next(count for count, step in enumerate(steps, start=1) if count > 40 and step >= 0.5)
    result = compute(Forgetting("adam"), settings)
    assert result.metrics["half"] == half > 100
    assert result.arrays["size"].tolist() == pytest.approx(steps[:: spacing(3000)])
    assert compute(Forgetting("amsgrad torch"), settings).metrics["half"] == -1


def test_largest_steps():
    assert compute(Largest("constant")).metrics["corrected"] == pytest.approx(1.0)
    lone = adam([1e-100] * 119 + [1.0], SMALL.betas, True)[-1]
    assert compute(Largest("lone")).metrics["corrected"] == pytest.approx(lone)
    signs = [(-1.0) ** k for k in range(120)]
    for name, corrected in (("corrected", True), ("uncorrected", False)):
        steps = adam(signs, SMALL.betas, corrected)
        found = compute(Largest("alternating")).metrics[name]
        assert found == pytest.approx(max(map(abs, steps)))
    assert compute(Largest("growing")).metrics["uncorrected"] == pytest.approx(7.27, abs=0.01)


def test_noise_depends_on_the_seed_and_on_nothing_else():
    first, again, other = (compute(Noise(2.0), seed=seed).metrics for seed in (0, 0, 1))
    assert first == again != other
    assert compute(Noise(0.0)).metrics == pytest.approx({"mean": 1.0, "root_mean_square": 1.0})
    gaussian = compute(Largest("gaussian")).metrics
    assert gaussian != compute(Largest("gaussian"), seed=1).metrics


@pytest.mark.parametrize(("rule", "is_amsgrad"), [("uncorrected", False), ("amsgrad paper", True)])
def test_a_game(rule, is_amsgrad):
    ends = []
    for start in (-1.0, -0.5, 0.0, 0.5, 1.0):
        x, second, largest, path = start, 0.0, 0.0, []
        for t in range(1, 601):
            gradient = 3.0 if t % 3 == 1 else -1.0
            second = 0.1 * second + 0.9 * gradient**2
            largest = max(largest, second)
            divisor = math.sqrt(largest if is_amsgrad else second)
            x = min(1.0, max(-1.0, x - 0.1 / math.sqrt(t) * gradient / divisor))
            path.append(x)
        ends.append(sum(path[-60:]) / 60)
    result = compute(Game("every third", rule))
    assert result.metrics == pytest.approx({"lowest": min(ends), "highest": max(ends)})
    assert result.arrays["x"].shape == (600, 5)
