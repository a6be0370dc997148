"""Points that the settings stand for, and grids that are refused."""

import pytest
from pydantic import ValidationError

from experiments.double_descent_polynomial.settings import DoubleDescentPolynomialSettings
from tests.experiments.double_descent_polynomial.made_up import quick


def test_points_are_numbers_of_coefficients():
    lecture = quick().variants["lecture"].settings
    assert lecture.parameters == [*range(1, 102), 121, 151, 201, 251, 301]
    assert lecture.all_parameters_to == 101
    schaeffer = quick().variants["schaeffer"].settings
    assert schaeffer.parameters == [*range(1, 26), 30, 40, 50, 100, 200]
    assert schaeffer.all_parameters_to == 25


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"more_degrees": [100]}, "more_degrees is [100], expected rising degrees above"),
        ({"more_degrees": [300, 200]}, "more_degrees is [300, 200], expected rising"),
        ({"all_degrees_to": 48}, "all_degrees_to is 48, expected at least 49, where"),
        (
            {"all_degrees_to": 49, "constant": False},
            "all_degrees_to is 49, expected at least 50, where",
        ),
    ],
)
def test_grids_without_a_threshold_are_refused(settings, words):
    with pytest.raises(ValidationError) as refused:
        DoubleDescentPolynomialSettings.model_validate(settings)
    assert words in str(refused.value)
    assert refused.value.error_count() == 1


def test_the_smallest_grid_that_has_it():
    assert DoubleDescentPolynomialSettings(all_degrees_to=49).parameters[-1] == 50
    found = DoubleDescentPolynomialSettings(all_degrees_to=10, more_degrees=(49,)).parameters
    assert found[-1] == 50
