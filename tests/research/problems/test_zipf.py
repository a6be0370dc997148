"""Zipf's law and its tenths."""

import numpy
import pytest

from research.problems.zipf import groups_of, zipf


def test_frequencies_fall_like_one_over_the_rank():
    found = zipf(4)
    numpy.testing.assert_allclose(found, numpy.array([12, 6, 4, 3]) / 25)
    numpy.testing.assert_allclose(zipf(3, 2.0), numpy.array([36, 9, 4]) / 49)
    numpy.testing.assert_allclose(zipf(5, 0.0), 0.2)


def test_tenths_of_400_words():
    groups = groups_of(zipf(400))
    assert groups.classes.tolist() == [1, 1, 2, 4, 7, 14, 27, 52, 100, 192]
    assert groups.of_class[:5].tolist() == [0, 1, 2, 2, 3]
    assert groups.of_class[-1] == 9
    assert groups.shares.sum() == pytest.approx(1)
    assert groups.shares[0] == pytest.approx(zipf(400)[0], abs=1e-10)


def test_no_classes_are_refused():
    with pytest.raises(ValueError, match="0 classes, expected at least 1"):
        zipf(0)
