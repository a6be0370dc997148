"""Groups by frequency: a slow twin, closed forms, and the corners."""

import numpy
import pytest

from research.frequency_groups import UNSEEN, frequency_groups


def slowly(counts, groups):
    """Deals the classes out one after the other, frequent first: [C] groups, -1 for the unseen."""
    total, taken, group, found = sum(counts), 0, 0, [-1] * len(counts)
    filled = False  # whether the group at hand has a class
    for index in sorted(range(len(counts)), key=lambda index: (-counts[index], index)):
        if counts[index] == 0:
            continue
        found[index] = group
        before, taken, filled = taken, taken + counts[index], True
        crossed = any(before * groups < i * total <= taken * groups for i in range(1, groups))
        if crossed and filled:
            group, filled = group + 1, False
    return found


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("groups", [1, 3, 10])
def test_the_slow_twin(seed, groups):
    noise = numpy.random.default_rng(seed)
    counts = noise.integers(0, [3, 50, 1000][seed % 3], size=noise.integers(1, 80))
    counts[0] += 1
    found = frequency_groups(counts, groups)
    assert found.of_class.tolist() == slowly(counts.tolist(), groups)
    labels = [counts[found.of_class == group].sum() for group in range(len(found))]
    assert found.shares == pytest.approx([each / counts.sum() for each in labels])
    assert found.classes.tolist() == [
        int((found.of_class == group).sum()) for group in range(len(found))
    ]


def test_under_zipf_each_tenth_has_about_a_tenth_and_ever_more_classes():
    counts = (1e6 / numpy.arange(1, 10_001)).astype(int)
    found = frequency_groups(counts)
    assert len(found) == 10 and found.classes.sum() == 10_000
    assert numpy.all(numpy.diff(found.classes[1:]) > 0)
    # Harmonic numbers: the rarest group holds all from rank about 10,000 ** 0.9 on.
    assert found.classes[-1] == pytest.approx(10_000 - 10_000**0.9 * 0.95, rel=0.05)
    assert found.shares.sum() == pytest.approx(1) and abs(found.shares[1:] - 0.1).max() < 0.04


@pytest.mark.parametrize("size", [1, 3, 7, 5000])
def test_ten_balanced_classes_are_the_groups(size):
    """In floats 3 / 10 of the labels is not the running sum of three tenths."""
    found = frequency_groups([size] * 10)
    assert found.of_class.tolist() == list(range(10))
    assert found.shares.tolist() == [0.1] * 10


def test_a_class_that_spans_several_tenths_is_one_group():
    found = frequency_groups([5, 70, 10, 10, 5])
    assert found.of_class.tolist() == [3, 0, 1, 2, 3]
    assert found.shares.tolist() == [0.7, 0.1, 0.1, 0.1]
    assert frequency_groups([0, 9]).of_class.tolist() == [UNSEEN, 0]


def test_classes_without_a_label_are_in_no_group():
    found = frequency_groups([0, 4, 0, 6], groups=2)
    assert found.of_class.tolist() == [UNSEEN, 1, UNSEEN, 0]
    assert found.sums([1, 2, 4, 8]).tolist() == [8, 2] and found.unseen_sum([1, 2, 4, 8]) == 5
    nothing = frequency_groups([0, 0])
    assert len(nothing) == 0 and nothing.sums([1, 2]).tolist() == []
    assert nothing.unseen_sum([1, 2]) == 3


def test_of_two_alike_the_first_comes_first():
    assert frequency_groups([2, 2, 2, 2], groups=2).of_class.tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize("counts", [[1, -1], [0.5, 1], [[1, 2]]])
def test_what_are_no_counts_is_refused(counts):
    with pytest.raises(ValueError, match="a whole number >= 0 for each class"):
        frequency_groups(counts)


def test_no_group_is_refused():
    with pytest.raises(ValueError, match="0 groups are wanted, expected at least 1"):
        frequency_groups([1], groups=0)
