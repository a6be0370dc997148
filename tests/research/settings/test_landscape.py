"""Grids have the middle they should have, and what does not fit together is refused in words."""

from itertools import pairwise

import pytest
from pydantic import ValidationError

from research.settings.landscape import (
    CurvatureSettings,
    DirectionSettings,
    SurfaceSettings,
    coordinates,
)


@pytest.mark.parametrize("limit", [1.0, 0.3, 0.7, 1e-3])
@pytest.mark.parametrize("points", [3, 13, 31, 51, 201])
def test_a_symmetric_grid_has_an_exact_zero_and_equal_sides(limit, points):
    found = coordinates((-limit, limit), points)
    assert len(found) == points and (found[0], found[-1]) == (-limit, limit)
    assert found[points // 2] == 0
    assert all(low == -high for low, high in zip(found, reversed(found), strict=True))
    assert all(before < after for before, after in pairwise(found))


@pytest.mark.parametrize("limits", [(-1.0, 0.0), (0.0, 0.7), (0.2, 1.2)])
def test_limits_are_met_exactly(limits):
    found = coordinates(limits, 7)
    assert (found[0], found[-1]) == limits
    steps = [after - before for before, after in pairwise(found)]
    assert steps == pytest.approx([(limits[1] - limits[0]) / 6] * 6)


def test_a_plane_is_square_unless_it_is_said():
    square = SurfaceSettings(span=(-0.3, 0.3), points=5)
    assert square.axes[0] == square.axes[1] and len(square.axes[0]) == 5
    other = SurfaceSettings(points=5, second_span=(0.0, 2.0), second_points=3)
    assert other.axes[0] == (-1.0, -0.5, 0.0, 0.5, 1.0)
    assert other.axes[1] == (0.0, 1.0, 2.0)
    line = SurfaceSettings(dimensions=1, points=3)
    assert line.axes == ((-1.0, 0.0, 1.0),)


@pytest.mark.parametrize(
    ("model", "values", "text"),
    [
        (SurfaceSettings, {"span": (1.0, 1.0)}, r"span is \[1.0, 1.0\], expected a smaller and"),
        (SurfaceSettings, {"second_span": (1.0, 0.0)}, r"second_span is \[1.0, 0.0\]"),
        (SurfaceSettings, {"span": (float("nan"), 1.0)}, "finite number"),
        (SurfaceSettings, {"points": 1}, "greater than or equal to 2"),
        (SurfaceSettings, {"splits": ()}, "at least 1"),
        (SurfaceSettings, {"refinement": 0.0}, "greater than 0"),
        (SurfaceSettings, {"batch_norm": "moved"}, "frozen"),
        (SurfaceSettings, {"dimensions": 3}, "1 or 2"),
        (
            SurfaceSettings,
            {"dimensions": 1, "second_points": 3},
            "second_points is 3, expected null",
        ),
        (SurfaceSettings, {"dimensions": 1, "refinement": 0.1}, "refinement is 0.1, expected null"),
        (SurfaceSettings, {"dimensions": 1, "second_span": (0.0, 1.0)}, "second_span is"),
        (SurfaceSettings, {"fast": False, "compiled": True}, "because fast is false"),
        (SurfaceSettings, {"fast": False, "preview": True}, "preview is true, expected false"),
        (SurfaceSettings, {"preview": True, "dropout": "fixed"}, "with batch norm re-estimated or"),
        (SurfaceSettings, {"preview": True, "batch_norm": "re-estimated"}, "preview is true"),
        (DirectionSettings, {"normalisation": "filters"}, "filter"),
        (DirectionSettings, {"vectors": "random"}, "zero"),
        (CurvatureSettings, {"sharpness_radius": 0.0}, "greater than 0"),
        (CurvatureSettings, {"probes": 3}, "not permitted"),
        (CurvatureSettings, {"noise_scale": True, "examples": 1}, "examples is 1, expected at le"),
    ],
)
def test_what_does_not_fit_is_refused(model, values, text):
    with pytest.raises(ValidationError, match=text):
        model(**values)
