"""Averages of the weights: slow twins over all that was fed, closed forms, and when they look."""

import pytest
import torch

from research.optim.averaging import (
    ExponentialAverage,
    QueueAverage,
    build_average,
    is_due,
)
from research.settings.averaging import EmaSettings, LawaEmaSettings, LawaQueueSettings

CPU = torch.device("cpu")


def walk(steps, seed=0):
    """Two float64 tensors along a random walk; the same tensors, changed in place."""
    generator = torch.Generator().manual_seed(seed)
    weights = [torch.zeros(3, 2, dtype=torch.float64), torch.ones(4, dtype=torch.float64)]
    for _ in range(steps):
        for weight in weights:
            weight += torch.randn(weight.shape, generator=generator, dtype=torch.float64)
        yield weights


def fed(average, steps):
    for weights in walk(steps):
        average.add(weights)
    return average


def slow_exponential(numbers, decay):
    """Every weight's share written out: decay^(n-1) of the first, (1-decay) decay^k of others."""
    n = len(numbers)
    shares = [decay ** (n - 1), *((1 - decay) * decay ** (n - 1 - i) for i in range(1, n))]
    assert sum(shares) == pytest.approx(1, abs=1e-12)
    return sum(share * number for share, number in zip(shares, numbers, strict=True))


def entries(value):
    return [number for tensor in value for number in tensor.flatten().tolist()]


def numbers_of(steps):
    """The history of every entry: [entry][step]."""
    return list(zip(*(entries(weights) for weights in walk(steps)), strict=True))


@pytest.mark.parametrize("decay", [0.0, 0.2, 0.9, 0.999])
@pytest.mark.parametrize("steps", [1, 2, 50])
def test_the_exponential_average_is_its_slow_twin(decay, steps):
    value = fed(ExponentialAverage(decay), steps).value()
    expected = [slow_exponential(numbers, decay) for numbers in numbers_of(steps)]
    assert entries(value) == [pytest.approx(number, abs=1e-12) for number in expected]


@pytest.mark.parametrize(("length", "steps"), [(1, 3), (4, 4), (4, 9)])
def test_the_queue_is_the_mean_of_the_last_few(length, steps):
    value = fed(QueueAverage(length), steps).value()
    expected = [sum(numbers[-length:]) / length for numbers in numbers_of(steps)]
    assert entries(value) == [pytest.approx(number, abs=1e-12) for number in expected]


def test_there_is_no_average_before_its_time():
    """AlgoPerf's queue evaluates the last weights until it is full."""
    assert ExponentialAverage(0.9).value() is None
    assert fed(QueueAverage(4), 3).value() is None


@pytest.mark.parametrize("average", [ExponentialAverage(0.5), QueueAverage(3)])
def test_constant_weights_are_their_average(average):
    weights = [torch.tensor([2.0, -3.5])]
    for _ in range(7):
        average.add(weights)
    assert torch.equal(average.value()[0], weights[0])


@pytest.mark.parametrize("build", [lambda: ExponentialAverage(0.9), lambda: QueueAverage(3)])
@pytest.mark.parametrize("restored_at", [1, 11])
def test_a_restored_average_goes_on_to_the_bit(build, restored_at, tmp_path):
    """Also a queue that is not full yet, and whatever the new average had seen before."""
    whole, first, second = build(), build(), fed(build(), 3)
    for step, weights in enumerate(walk(20)):
        if step == restored_at:
            torch.save(first.state_dict(), tmp_path / "state")
            second.load_state_dict(torch.load(tmp_path / "state", weights_only=True), CPU)
        whole.add(weights)
        after = first if step < restored_at else second
        after.add(weights)
        assert (after.value() is None) == (whole.value() is None)
    assert all(map(torch.equal, whole.value(), second.value()))


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (EmaSettings(), range(1, 1001)),
        (EmaSettings(start=0.5), range(500, 1001)),
        (LawaQueueSettings(), range(20, 1001, 2)),
        (LawaEmaSettings(), range(20, 1001, 5)),
        (LawaEmaSettings(start=0.0, every=0.07), range(70, 1001, 70)),
        (LawaQueueSettings(start=0.0333, every=0.0333), range(34, 1001, 34)),
        (LawaQueueSettings(start=0.05, every=0.03), range(60, 1001, 30)),
        (LawaQueueSettings(start=0.0, every=1.0, length=1), [1000]),
    ],
)
def test_when_it_looks(settings, expected):
    """Times are shares of the run, rounded up; step 0, before all updates, never counts."""
    assert [step for step in range(1001) if is_due(settings, step, 1000)] == list(expected)


def test_a_share_that_means_a_whole_step_is_that_step():
    """0.07 * 100 is 7.000000000000001 in floating point."""
    settings = LawaEmaSettings(start=0.07, every=0.07)
    assert [step for step in range(101) if is_due(settings, step, 100)] == list(range(7, 101, 7))


def test_a_short_run_is_looked_at_every_step():
    assert all(is_due(LawaQueueSettings(), step, 10) for step in range(1, 11))


@pytest.mark.parametrize(
    ("settings", "kind", "value"),
    [
        (EmaSettings(decay=0.75), ExponentialAverage, 0.75),
        (LawaEmaSettings(), ExponentialAverage, 0.2),
        (LawaQueueSettings(length=7), QueueAverage, 7),
    ],
)
def test_by_name(settings, kind, value):
    average = build_average(settings)
    assert type(average) is kind
    assert (average.decay if kind is ExponentialAverage else average.queue.maxlen) == value
