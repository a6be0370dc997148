"""What captions have to say of surfaces; reading them is tested where they are written."""

import numpy
import pytest

from research.evidence.surfaces import reservations
from research.surface import Surface

SPLINE = " Points that were not measured are filled in by a spline."
PREVIEW = " It is a preview in bfloat16."


def surface(evaluated=True, path="fast, channels last"):
    axes = (numpy.array([-1.0, 1.0]),)
    mask = numpy.array([True, evaluated])
    return Surface("line", axes, {"loss": numpy.ones(2)}, mask, about={"path": path})


@pytest.mark.parametrize(
    ("surfaces", "text"),
    [
        ([], ""),
        ([surface(), surface(path="plain")], ""),
        ([surface(), surface(evaluated=False)], SPLINE),
        ([surface(path="fast, bfloat16 preview, 32 examples at once"), surface()], PREVIEW),
        ([surface(evaluated=False, path="fast, bfloat16 preview")], SPLINE + PREVIEW),
    ],
)
def test_what_is_not_measured_in_full_and_exactly_is_said(surfaces, text):
    assert reservations(iter(surfaces)) == text
