"""Paths against de Casteljau's construction, piecewise interpolation and closed forms."""

import itertools
import math

import numpy
import pytest
import torch

from research.landscape.paths import Path, coefficients, line, on_the_line

POSITIONS = [0.0, 0.1, 0.25, 1 / 3, 0.5, 0.7, 0.99, 1.0]


def weights(seed, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    shapes = {"layer.weight": (3, 2), "layer.bias": (3,)}
    return {
        name: torch.randn(*shape, generator=generator).to(dtype) for name, shape in shapes.items()
    }


def points(count, dtype=torch.float64):
    return [weights(seed, dtype) for seed in range(count)]


def de_casteljau(controls, t):
    """The slow twin of a Bezier curve: neighbours are interpolated until one point is left."""
    while len(controls) > 1:
        controls = [
            {name: (1 - t) * one[name] + t * other[name] for name in one}
            for one, other in itertools.pairwise(controls)
        ]
    return controls[0]


def interpolated(controls, t):
    """The slow twin of a chain: every number by itself, between its values at the nodes."""
    nodes = numpy.linspace(0, 1, len(controls))
    found = {}
    for name in controls[0]:
        values = torch.stack([each[name].flatten() for each in controls]).numpy()
        numbers = [numpy.interp(t, nodes, column) for column in values.T]
        found[name] = torch.tensor(numbers).view(controls[0][name].shape)
    return found


@pytest.mark.parametrize("count", [2, 3, 4, 6])
@pytest.mark.parametrize(("kind", "twin"), [("bezier", de_casteljau), ("chain", interpolated)])
def test_a_point_is_that_of_the_slow_twin(kind, twin, count):
    controls = points(count)
    for t in POSITIONS:
        found = Path(controls, kind).at(t)
        expected = twin(controls, t)
        assert found.keys() == expected.keys()
        for name in found:
            torch.testing.assert_close(found[name], expected[name], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("kind", ["bezier", "chain"])
@pytest.mark.parametrize("count", [2, 3, 5])
def test_shares_sum_to_one_and_the_ends_are_the_weights_to_the_bit(kind, count):
    for t in POSITIONS:
        assert math.isclose(sum(coefficients(kind, count, t)), 1, rel_tol=1e-14)
    controls = points(count, torch.float32)
    path = Path(controls, kind)
    for t, end in ((0.0, controls[0]), (1.0, controls[-1])):
        found = path.at(t)
        assert all(torch.equal(found[name], end[name]) for name in end)


def test_an_end_is_right_where_a_bend_is_not_finite():
    """0 times infinity must not get into it."""
    controls = points(3)
    controls[1] = {name: torch.full_like(tensor, math.inf) for name, tensor in controls[1].items()}
    assert all(tensor.isfinite().all() for tensor in Path(controls, "bezier").at(0.0).values())


def test_a_point_is_new_memory():
    controls = points(3)
    kept = {name: tensor.clone() for name, tensor in controls[0].items()}
    for tensor in Path(controls).at(0.0).values():
        tensor.zero_()
    assert all(torch.equal(controls[0][name], kept[name]) for name in kept)


def test_a_chain_passes_through_its_bend_and_a_bezier_curve_half_way_to_it():
    start, bend, end = points(3)
    for name in start:
        torch.testing.assert_close(Path((start, bend, end), "chain").at(0.5)[name], bend[name])
        middle = (start[name] + end[name]) / 2
        half_way = (middle + bend[name]) / 2
        torch.testing.assert_close(Path((start, bend, end), "bezier").at(0.5)[name], half_way)


def test_bends_on_the_line_leave_the_path_on_it():
    start, end = points(2)
    controls = [start, *on_the_line(start, end, 3), end]
    assert len(controls) == 5
    for kind in ("bezier", "chain"):
        for t in POSITIONS:
            found, expected = Path(controls, kind).at(t), line(start, end).at(t)
            for name in found:
                torch.testing.assert_close(found[name], expected[name])


def plane(x, y):
    return {"w": torch.tensor([x, y], dtype=torch.float64)}


def test_lengths_are_those_of_closed_forms():
    start, bend, end = plane(0, 0), plane(3, 4), plane(3, 0)
    assert line(start, bend).length() == pytest.approx(5, rel=1e-12)
    assert Path((start, bend, end), "chain").length() == pytest.approx(9, rel=1e-12)
    assert Path((start, bend, end), "chain").length(0.75) == pytest.approx(7, rel=1e-12)
    # The parabola (2t, t - t^2) from (0, 0) to (2, 0): its speed is sqrt(4 + (1 - 2t)^2).
    parabola = Path((plane(0, 0), plane(1, 0.5), plane(2, 0)), "bezier")
    exact = math.sqrt(5) / 2 + 2 * math.asinh(1 / 2)
    assert parabola.length(pieces=4000) == pytest.approx(exact, rel=1e-6)


def test_a_short_way_between_large_weights_is_measured_in_double_precision():
    start = {"w": torch.full((1000,), 1000.1)}
    end = {"w": start["w"] + torch.linspace(0.1, 0.3, 1000)}
    exact = float((end["w"].double() - start["w"].double()).norm())
    assert line(start, end).length() == pytest.approx(exact, rel=1e-11)


@pytest.mark.parametrize("t", [-0.1, 1.1, math.nan])
def test_a_position_outside_is_refused(t):
    with pytest.raises(ValueError, match="from 0 to 1"):
        coefficients("bezier", 3, t)


def test_one_point_is_no_path():
    with pytest.raises(ValueError, match="two ends"):
        coefficients("chain", 1, 0.5)
