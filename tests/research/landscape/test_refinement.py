"""Which cells are asked for, when it stops, and what is filled in."""

import itertools

import numpy as np
import pytest
from scipy.interpolate import RectBivariateSpline

from research.landscape.refinement import Refinement, lattices

SMOOTH = (49, 51)


def smooth(x, y):
    return np.log1p(np.exp(3 * x - y)) + x**2 + 0.2 * np.exp(y)


def rough(x, y):
    return np.sin(40 * x) * np.cos(37 * y)


def grid(shape):
    return np.linspace(-1, 1, shape[0]), np.linspace(-1, 1, shape[1])


def truth_of(function, axes):
    return function(axes[0][:, None], axes[1][None, :])


def refined(refinement, truth):
    """Evaluates what is asked for until nothing is; the cells of each answer and the result."""
    values, measured = np.full(truth.shape, np.nan), np.zeros(truth.shape, bool)
    answers = []
    while len(cells := refinement.next_cells(values, measured)):
        at = cells[:, 0], cells[:, 1]
        assert not measured[at].any()
        assert len({tuple(cell) for cell in cells}) == len(cells)
        values[at], measured[at] = truth[at], True
        answers.append(cells)
    return answers, refinement.fill(values, measured)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 7, 8, 9, 13, 20, 31, 49, 50, 51, 52, 100, 251])
def test_levels_are_nested_and_end_with_the_whole_grid(size):
    levels = [rows for rows, _ in lattices((size, 1))]
    assert np.array_equal(levels[-1], np.arange(size))
    for coarse, fine in itertools.pairwise(levels):
        assert set(coarse) < set(fine)
        assert {coarse[0], coarse[-1]} == {0, size - 1}
        assert len(fine) == size or np.diff(fine).max() == -(-np.diff(coarse).max() // 2)
    if size % 2:
        assert (size - 1) // 2 in levels[0]


def test_the_levels_of_the_usual_grids():
    assert [len(rows) for rows, _ in lattices((51, 51))] == [7, 13, 25, 51]
    assert [len(rows) for rows, _ in lattices((49, 49))] == [7, 13, 25, 49]
    assert [len(rows) for rows, _ in lattices((33, 33))] == [7, 13, 25, 33]
    assert [(len(a), len(b)) for a, b in lattices((25, 9))] == [(7, 7), (13, 9), (25, 9)]
    assert np.array_equal(lattices((51, 3))[0][0], [0, 6, 15, 25, 35, 44, 50])


def test_a_smooth_surface_needs_a_tenth_of_its_cells_and_says_how_good_it_is():
    axes = grid(SMOOTH)
    truth = truth_of(smooth, axes)
    answers, filled = refined(Refinement(SMOOTH, 0.001, axes=axes), truth)
    assert [len(cells) for cells in answers] == [49, 48]
    assert filled.saving == pytest.approx(49 * 51 / 97)
    assert filled.checked == 48 and 0 < filled.held_out_error <= 0.001
    assert np.array_equal(filled.values[filled.measured], truth[filled.measured])
    error = np.abs(filled.values - truth).max() / np.ptp(truth)
    assert error <= 1.3 * filled.held_out_error


def test_it_stops_at_the_tolerance_to_the_bit():
    axes = grid(SMOOTH)
    truth = truth_of(smooth, axes)
    error = refined(Refinement(SMOOTH, 0.001, axes=axes), truth)[1].held_out_error
    assert refined(Refinement(SMOOTH, error, axes=axes), truth)[1].measured.sum() == 97
    below = np.nextafter(error, 0)
    assert refined(Refinement(SMOOTH, below, axes=axes), truth)[1].measured.sum() > 97


def test_what_is_filled_in_is_the_spline_of_the_lattice_alone():
    """Not of the cells that it was checked on: its error would be unknown."""
    axes = grid(SMOOTH)
    truth = truth_of(smooth, axes)
    refinement = Refinement(SMOOTH, 0.001, axes=axes)
    (_, checks), filled = refined(refinement, truth)
    rows, columns = refinement.levels[0]
    values = truth[np.ix_(rows, columns)]
    twin = RectBivariateSpline(axes[0][rows], axes[1][columns], values, s=0)(*axes)
    unmeasured = ~filled.measured
    np.testing.assert_allclose(filled.values[unmeasured], twin[unmeasured], atol=1e-12)
    at = checks[:, 0], checks[:, 1]
    largest = np.abs(twin[at] - truth[at]).max()
    known = truth[filled.measured]
    assert filled.held_out_error == pytest.approx(largest / np.ptp(known), rel=1e-9)


def test_a_tighter_tolerance_goes_on_to_the_next_level():
    axes = grid((51, 51))
    truth = truth_of(smooth, axes)
    answers, filled = refined(Refinement((51, 51), 1e-4, axes=axes), truth)
    assert [len(cells) for cells in answers] == [49, 48, 72, 48]
    assert filled.held_out_error <= 1e-4
    assert np.abs(filled.values - truth).max() / np.ptp(truth) <= 1e-4


@pytest.mark.parametrize("shape", [(51, 31), (20, 9), (7, 7), (3, 40), (1, 1)])
def test_a_rough_surface_is_evaluated_in_full(shape):
    refinement = Refinement(shape, 0.001)
    truth = np.random.default_rng(1).normal(size=shape)
    answers, filled = refined(refinement, truth)
    assert np.array_equal(filled.values, truth)
    assert filled.measured.all() and filled.saving == 1
    assert (filled.held_out_error, filled.checked) == (0, 0)
    assert tuple(len(cells) for cells in answers) == refinement.stage_sizes


def test_the_stages_cover_the_grid_in_any_case():
    for shape in [(51, 51), (49, 31), (9, 9), (13, 1), (2, 3)]:
        assert sum(Refinement(shape, 0.1).stage_sizes) == shape[0] * shape[1]


def test_a_bicubic_polynomial_is_predicted_exactly():
    axes = grid((25, 40))
    truth = truth_of(lambda x, y: x**3 * y - 2 * x * y**3 + x * y + 4, axes)
    _, filled = refined(Refinement((25, 40), 1e-12, axes=axes), truth)
    assert filled.measured.sum() == 97
    np.testing.assert_allclose(filled.values, truth, atol=1e-12)


def test_uneven_coordinates_are_heeded():
    axes = np.linspace(0, 1, 25) ** 2, np.linspace(-1, 1, 25)
    truth = truth_of(lambda x, y: x**2 + y, axes)
    _, filled = refined(Refinement((25, 25), 1e-12, axes=axes), truth)
    assert filled.measured.sum() == 97
    _, filled = refined(Refinement((25, 25), 1e-12), truth)
    assert filled.measured.all()


def test_half_of_the_checks_are_where_the_spline_changed_most():
    """A bump that the first lattice sees with one point: the checks gather around it."""
    truth = np.zeros((49, 49))
    truth[14, 24] = 1.0
    refinement = Refinement((49, 49), 1e-3, checks=10)
    values, measured = np.zeros((49, 49)), np.zeros((49, 49), bool)
    cells = refinement.next_cells(values, measured)
    measured[cells[:, 0], cells[:, 1]] = True
    values[14, 24] = 1.0
    checks = refinement.next_cells(values, measured)
    assert len(checks) == 10
    distance = np.abs(checks - [14, 24]).max(axis=1)
    assert (distance[:5] <= 12).all() and (distance[5:] > 12).any()


def test_an_interrupted_surface_is_asked_for_the_same_cells():
    axes = grid((31, 31))
    truth = truth_of(rough, axes)
    answers, _ = refined(Refinement((31, 31), 0.001), truth)
    values, measured = np.full((31, 31), np.nan), np.zeros((31, 31), bool)
    for cells in answers:
        assert np.array_equal(Refinement((31, 31), 0.001).next_cells(values, measured), cells)
        at = cells[:, 0], cells[:, 1]
        half = at[0][: len(cells) // 2], at[1][: len(cells) // 2]
        values[half], measured[half] = truth[half], True
        rest = Refinement((31, 31), 0.001).next_cells(values, measured)
        assert {tuple(cell) for cell in rest} == {tuple(cell) for cell in cells[len(half[0]) :]}
        values[at], measured[at] = truth[at], True


def test_an_infinite_loss_anywhere_is_no_smooth_surface():
    truth = truth_of(smooth, grid((25, 25)))
    truth[0, 0] = np.inf
    _, filled = refined(Refinement((25, 25), 0.1), truth)
    assert filled.measured.all()


def test_a_constant_surface_is_known_at_once():
    _, filled = refined(Refinement((51, 51), 0.0), np.full((51, 51), 0.25))
    assert filled.measured.sum() == 97
    np.testing.assert_allclose(filled.values, 0.25, rtol=1e-14)
    assert filled.held_out_error == 0


def test_a_small_next_level_is_checked_as_a_whole():
    """13 x 1: the six new cells are all checks, and then the spline fills nothing."""
    truth = (np.arange(13.0) ** 2)[:, None]
    answers, filled = refined(Refinement((13, 1), 1e-9), truth)
    assert [len(cells) for cells in answers] == [7, 6]
    assert filled.checked == 6 and filled.held_out_error < 1e-12
    assert np.array_equal(filled.values, truth)


def test_filling_waits_for_the_last_cell():
    refinement = Refinement((13, 13), 0.1)
    with pytest.raises(ValueError, match="49 cells are not measured yet"):
        refinement.fill(np.zeros((13, 13)), np.zeros((13, 13), bool))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"shape": (0, 5)}, r"a grid of shape \(0, 5\), expected \(nx, ny\)"),
        ({"shape": (5, 5, 5)}, "expected"),
        ({"tolerance": -0.1}, "tolerance -0.1, expected at least 0"),
        ({"checks": 0}, "checks 0, expected at least 1"),
        ({"axes": [[0, 1], [0, 1, 2]]}, r"axes of 2 and 3 points, expected \(3, 3\)"),
        ({"axes": [[0, 1, 1], [0, 1, 2]]}, "axes that do not increase"),
    ],
)
def test_what_is_refused(arguments, text):
    with pytest.raises(ValueError, match=text):
        Refinement(**{"shape": (3, 3), "tolerance": 0.1, **arguments})
