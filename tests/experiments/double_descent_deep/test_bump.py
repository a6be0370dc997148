"""The highest bump of a curve, against every choice of three points; and the running median."""

import math
from statistics import median

import numpy
import pytest

from experiments.double_descent_deep.bump import highest_bump, smoothed


def tried_out(curve: list[float]) -> float:
    """The greatest height over all i < j < k."""
    n = len(curve)
    return max(
        min(curve[j] - curve[i], curve[j] - curve[k])
        for i in range(n)
        for j in range(i + 1, n)
        for k in range(j + 1, n)
    )


@pytest.mark.parametrize("seed", range(20))
def test_against_every_choice(seed):
    generator = numpy.random.default_rng(seed)
    curve = generator.normal(size=3 + seed).round(1).tolist()
    bump = highest_bump(curve)
    assert bump.valley < bump.peak < bump.end
    assert bump.rise == curve[bump.peak] - curve[bump.valley]
    assert bump.fall == curve[bump.peak] - curve[bump.end]
    assert bump.height == pytest.approx(tried_out(curve))
    assert curve[bump.valley] == min(curve[: bump.peak])
    assert curve[bump.end] == min(curve[bump.peak + 1 :])


def test_a_curve_with_two_descents():
    bump = highest_bump([30, 18, 17, 20, 25, 24, 22, 21, 21.5])
    assert (bump.valley, bump.peak, bump.end) == (2, 4, 7)
    assert (bump.rise, bump.fall, bump.height) == (8, 4, 4)


@pytest.mark.parametrize("curve", [[5, 4, 3, 2], [1, 2, 3, 4], [3, 2, 1, 2, 3]])
def test_a_curve_without_one(curve):
    assert highest_bump(curve).height <= 0


@pytest.mark.parametrize("curve", [[], [1, 2], [1, math.nan, 3, 2]])
def test_nothing_to_judge(curve):
    assert highest_bump(curve) is None


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 9, 30])
@pytest.mark.parametrize("window", [1, 3, 5])
def test_the_median_of_neighbours(n, window):
    curve = numpy.random.default_rng(n).normal(size=n).tolist()
    expected = []
    for index in range(n):
        reach = min(window // 2, index, n - 1 - index)
        expected.append(median(curve[index - reach : index + reach + 1]))
    assert smoothed(curve, window).tolist() == expected


def test_one_value_that_jumps_is_no_bump():
    curve = [20.0] * 10 + [35.0] + [20.0] * 10
    assert highest_bump(curve).height == 15
    assert highest_bump(smoothed(curve, 5)).height == 0
