"""The numbers that the claims are decided by, each from the curves that it names.

Unless it says otherwise, an error is the median over draws of the test error.
"""

import math

import numpy

from experiments.double_descent_polynomial.measured import Curve, Floats
from research.evidence.bounded_claim import NotDecided

FAR = 301
"""Coefficients of degree 300, where the curve of Chebyshev polynomials is looked at again."""


def peak_position(curve: Curve) -> float:
    """The number of coefficients with the largest error."""
    return float(curve.parameters[curve.median.argmax()])


def middle_of_peaks(curve: Curve) -> float:
    """The median over draws of where each has its largest error."""
    return float(numpy.median(curve.parameters[curve.test.argmax(axis=1)]))


def peak_positions_of_draws(curve: Curve) -> str:
    """Where single draws have their largest error, in words."""
    single = curve.parameters[curve.test.argmax(axis=1)]
    low, high = numpy.quantile(single, (0.25, 0.75))
    return f"single draws: quartiles {low:g} to {high:g}, range {single.min()} to {single.max()}"


def height_of_peak(curve: Curve) -> float:
    """log10 of the largest error over the least one with fewer coefficients than examples."""
    return math.log10(float(curve.median.max()) / curve.best(curve.before)[1])


def second_over_first(curve: Curve) -> float:
    """The least error beyond the threshold over the least before it."""
    return curve.best(curve.beyond)[1] / curve.best(curve.before)[1]


def second_over_first_of_draws(curve: Curve) -> str:
    """In how many draws the second descent reaches lower, in words, and where both minima are."""
    lower = curve.test[:, curve.beyond].min(1) < curve.test[:, curve.before].min(1)
    (before, first), (beyond, second) = curve.best(curve.before), curve.best(curve.beyond)
    return (
        f"{first:.3g} at P = {before} and {second:.3g} at P = {beyond}; the second descent's lowest"
        f" point is lower in {int(lower.sum())} of {len(lower)} draws"
    )


def largest_difference_from_exact(curve: Curve) -> float:
    """The largest |measured / exact - 1| over draws at P = n."""
    return float(numpy.abs(_over_exact(curve) - 1).max())


def share_of_exact(curve: Curve) -> float:
    """The largest measured / exact over draws at P = n."""
    return float(_over_exact(curve).max())


def middle_share_of_exact(curve: Curve) -> float:
    """The median over draws of measured / exact at P = n."""
    return float(numpy.median(_over_exact(curve)))


def error_at_threshold(curve: Curve) -> float:
    """The error at P = n."""
    return float(numpy.median(_measured(curve, curve.examples)))


def largest_error_near_threshold(curve: Curve) -> float:
    """The largest error over P from 0.8 n to 1.2 n."""
    near = numpy.abs(curve.parameters / curve.examples - 1) <= 0.2
    return float(curve.median[near].max())


def rise_after_second_minimum(curve: Curve) -> float:
    """The error at degree 300 over the least one beyond the threshold."""
    return float(numpy.median(_measured(curve, FAR))) / curve.best(curve.beyond)[1]


def train_error_beyond(curve: Curve) -> float:
    """The largest training error of any draw at any P >= n."""
    return float(curve.train[:, ~curve.before].max())


def _over_exact(curve: Curve) -> Floats:
    exact = curve.exact()
    if exact is None:
        raise NotDecided(f"{curve.store.variant} has no interpolation to compare with")
    ratio: Floats = _measured(curve, curve.examples) / exact
    return ratio


def _measured(curve: Curve, parameters: int) -> Floats:
    found = curve.at(parameters)
    if found is None:
        raise NotDecided(f"{curve.store.variant} has no point with {parameters} coefficients")
    return found
