"""Functions of one or two variables on which optimizers can be watched.

Each is written with +, - and * alone, so the same line takes floats, numpy arrays and tensors, and
a number that overflows becomes infinity, not an error. Gradients are closed forms; tests hold them
against automatic differentiation.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Number = Any
"""A float, or a numpy array or tensor that is computed on entry by entry."""

CORRELATION, SCALE = 0.5, 10.0
"""Of the two inputs of `ill_conditioned`: their correlation, and how much wider the second is."""


@dataclass(frozen=True)
class TestFunction:
    """A function to minimise.

    Attributes:
        formula: in one line.
        value: takes one number per variable.
        gradient: its partial derivatives.
        start: where optimizers begin, unless told otherwise.
        minimiser: where it is least; one of them where there are several.
        least: its least value.
        window: what a picture shows: from and to of each variable.
        source: who uses it.
        largest_curvature: largest eigenvalue of the Hessian where that is the same everywhere.
    """

    __test__ = False  # pytest takes every class called Test... for its own

    formula: str
    value: Callable[..., Number]
    gradient: Callable[..., tuple[Number, ...]]
    start: tuple[float, ...]
    minimiser: tuple[float, ...]
    least: float
    window: tuple[tuple[float, float], ...]
    source: str
    largest_curvature: float | None = None


def _square(x: Number) -> Number:
    return x * x


def _square_gradient(x: Number) -> tuple[Number, ...]:
    return (2 * x,)


def _quadratic(a: float, b: float, c: float) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """(a x^2 + 2 b x y + c y^2) / 2 and its gradient."""

    def value(x: Number, y: Number) -> Number:
        return (a * x * x + 2 * b * x * y + c * y * y) / 2

    def gradient(x: Number, y: Number) -> tuple[Number, ...]:
        return (a * x + b * y, b * x + c * y)

    return value, gradient


def eigenvalues(a: float, b: float, c: float) -> tuple[float, float]:
    """The eigenvalues of [[a, b], [b, c]], the smaller one first."""
    middle, half = (a + c) / 2, math.hypot((a - c) / 2, b)
    return middle - half, middle + half


def covariance(scale: float) -> tuple[float, float, float]:
    """Entries a, b, c of the inputs' covariance [[a, b], [b, c]]."""
    return 1.0, CORRELATION * scale, scale * scale


def _saddle(x: Number, y: Number) -> Number:
    return x * x / 2 - y * y / 2 + y * y * y * y / 4


def _saddle_gradient(x: Number, y: Number) -> tuple[Number, ...]:
    return (x, y * y * y - y)


def _rosenbrock(x: Number, y: Number) -> Number:
    valley = y - x * x
    return (1 - x) * (1 - x) + 100 * valley * valley


def _rosenbrock_gradient(x: Number, y: Number) -> tuple[Number, ...]:
    valley = y - x * x
    return (2 * (x - 1) - 400 * x * valley, 200 * valley)


def _beale_parts(x: Number, y: Number) -> tuple[Number, Number, Number]:
    return 1.5 - x + x * y, 2.25 - x + x * y * y, 2.625 - x + x * y * y * y


def _beale(x: Number, y: Number) -> Number:
    a, b, c = _beale_parts(x, y)
    return a * a + b * b + c * c


def _beale_gradient(x: Number, y: Number) -> tuple[Number, ...]:
    a, b, c = _beale_parts(x, y)
    by_x = 2 * a * (y - 1) + 2 * b * (y * y - 1) + 2 * c * (y * y * y - 1)
    return by_x, 2 * a * x + 4 * b * x * y + 6 * c * x * y * y


def _least_squares(scale: float, title: str) -> TestFunction:
    value, gradient = _quadratic(*covariance(scale))
    return TestFunction(
        formula=title,
        value=value,
        gradient=gradient,
        start=(-4.0, -3.0 / scale),  # on no eigenvector: each curvature is felt
        minimiser=(0.0, 0.0),
        least=0.0,
        window=((-5.0, 4.0), (-7.0 / scale, 7.0 / scale)),
        source="Boyd and Vandenberghe (2004), section 9.3, has the zig-zag on a quadratic",
        largest_curvature=eigenvalues(*covariance(scale))[1],
    )


TEST_FUNCTIONS: Mapping[str, TestFunction] = {
    "square": TestFunction(
        formula="x^2",
        value=_square,
        gradient=_square_gradient,
        start=(1.0,),
        minimiser=(0.0,),
        least=0.0,
        window=((-1.2, 1.2),),
        source="the first example of every lecture",
        largest_curvature=2.0,
    ),
    "ill_conditioned": _least_squares(
        SCALE, "E (u x + v y)^2 / 2, inputs u, v with deviations 1 and 10, correlation 0.5"
    ),
    "normalised": _least_squares(1.0, "the same, each input divided by its deviation"),
    "saddle": TestFunction(
        formula="x^2/2 - y^2/2 + y^4/4",
        value=_saddle,
        gradient=_saddle_gradient,
        start=(1.0, 1e-6),
        minimiser=(0.0, 1.0),
        least=-0.25,
        window=((-1.1, 1.1), (-1.4, 1.4)),
        source="a saddle at 0 between the minimisers (0, 1) and (0, -1)",
    ),
    "rosenbrock": TestFunction(
        formula="(1 - x)^2 + 100 (y - x^2)^2",
        value=_rosenbrock,
        gradient=_rosenbrock_gradient,
        start=(-1.5, 2.0),
        minimiser=(1.0, 1.0),
        least=0.0,
        window=((-2.0, 2.0), (-1.0, 3.0)),
        source="Rosenbrock (1960), The Computer Journal 3(3)",
    ),
    "beale": TestFunction(
        formula="(1.5 - x + xy)^2 + (2.25 - x + xy^2)^2 + (2.625 - x + xy^3)^2",
        value=_beale,
        gradient=_beale_gradient,
        start=(1.0, 1.5),
        minimiser=(3.0, 0.5),
        least=0.0,
        window=((-0.5, 4.5), (-1.0, 2.0)),
        source="Beale (1958); More, Garbow and Hillstrom (1981), problem 5",
    ),
}
"""By name; `ill_conditioned` and `normalised` are one least-squares problem in two sets of units:
weights of an input that is ten times wider are ten times smaller."""
