"""Thresholds against all thresholds, and by hand."""

import numpy
import pytest

from experiments.multi_point.agreement import agreement, best_threshold, majority


def test_agreement_by_hand():
    surface = numpy.array([[0.1, 0.5], [0.9, 2.0]])
    picture = numpy.array([[True, True], [True, False]])
    assert agreement(surface, picture, 0.5) == 0.75
    assert agreement(surface, picture, 0.9) == 1.0
    assert agreement(surface, picture, -1.0) == 0.25
    assert majority(picture) == majority(~picture) == 0.75


@pytest.mark.parametrize("seed", range(30))
def test_no_threshold_is_better(seed):
    generator = numpy.random.default_rng(seed)
    surface = generator.integers(0, 12, (4, 6)) / 4  # with ties
    picture = generator.random((4, 6)) < 0.4
    if seed % 2:
        surface = surface + 2.0 * ~picture
    if seed % 10 == 3:
        surface[0, 0] = numpy.inf
    tried = [agreement(surface, picture, each) for each in (-1.0, *surface.ravel(), 1e9)]
    best = agreement(surface, picture, best_threshold(surface, picture))
    assert best == max(tried) >= majority(picture)


def test_the_threshold_lies_in_the_middle_of_the_widest_gap():
    surface = numpy.array([[0.1, 0.2, 3.2, 3.5]])
    assert best_threshold(surface, surface < 1) == pytest.approx(1.7)


def test_one_kind_of_cells_has_a_threshold_too():
    surface = numpy.array([[0.1, 0.2, 3.2]])
    for picture in (surface < 5, surface > 5):
        assert agreement(surface, picture, best_threshold(surface, picture)) == 1


def test_cells_of_one_loss_are_on_one_side():
    surface = numpy.array([[0.1, 0.1, 0.1, 0.5]])
    picture = numpy.array([[True, False, False, False]])
    assert agreement(surface, picture, best_threshold(surface, picture)) == 0.75


def test_of_two_best_thresholds_it_is_the_one_in_the_wider_gap():
    surface = numpy.array([[0.1, 0.2, 0.4, 3.0]])
    picture = numpy.array([[True, False, True, False]])
    assert best_threshold(surface, picture) == pytest.approx(1.7)
