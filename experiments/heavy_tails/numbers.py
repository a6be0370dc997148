"""The numbers that claims are about, from the readings of one seed. No torch."""

from collections.abc import Callable

import numpy

from experiments.heavy_tails.readings import Reading
from experiments.heavy_tails.settings import OneHotSettings, Point
from research.evidence.bounded_claim import NotDecided
from research.problems.zipf import zipf

MOST_FREQUENT = 100
"""Classes over which the slope of the one-hot problem is fitted."""


def log_slope(x: numpy.typing.ArrayLike, y: numpy.typing.ArrayLike) -> float:
    """Least-squares slope of log y over log x."""
    return float(numpy.polyfit(numpy.log(numpy.asarray(x)), numpy.log(numpy.asarray(y)), 1)[0])


def frequency_slope(method: str) -> Callable[[Reading], float]:
    """Slope of log loss over log frequency, of the most frequent classes of one-hot inputs."""

    def number(reading: Reading) -> float:
        size, problem = reading.sizes[0], reading.settings.problem
        if not isinstance(problem, OneHotSettings):
            raise NotDecided(f"{reading.store.variant} has no one-hot inputs")
        losses = reading.array("classes", reading.only(method, size))
        frequencies = zipf(size, problem.exponent)
        return log_slope(frequencies[:MOST_FREQUENT], losses[:MOST_FREQUENT])

    return number


def rarest(*methods: str) -> Callable[[Reading], float]:
    """Loss of the rarest group after the last step, each method tuned; the largest of them."""

    def number(reading: Reading) -> float:
        points = [reading.tuned(method) for method in methods]
        return max(float(reading.array("groups", point)[-1, -1]) for point in points)

    return number


def exponent_by_rule(method: str) -> Callable[[Reading], float]:
    """The exponent of V in the updates to the target, at the one rate that a rule gives."""
    return lambda reading: _exponent(reading, [reading.only(method, v) for v in reading.sizes])


def tuned_exponent(method: str) -> Callable[[Reading], float]:
    """The same where the method has its best rate at every V."""
    return lambda reading: _exponent(reading, [reading.tuned(method, v) for v in reading.sizes])


def exponent_gap(reading: Reading) -> float:
    """How much larger the tuned exponent of GD is than that of Adam."""
    return tuned_exponent("gd")(reading) - tuned_exponent("adam")(reading)


def _exponent(reading: Reading, points: list[Point]) -> float:
    updates = [reading.row(point)["arrived"] for point in points]
    for point, number in zip(points, updates, strict=True):
        if not number > 0:
            raise NotDecided(f"{reading.name}: {point.method} did not arrive at V = {point.size}")
    return log_slope([point.size for point in points], updates)


def gap(reading: Reading) -> float:
    """(L_GD+M - L_Adam) / L_0: excess losses, each method tuned, as a share of the first."""
    momentum, adam = (reading.row(reading.tuned(method)) for method in ("gdm", "adam"))
    return (momentum["loss"] - adam["loss"]) / adam["initial"]


def closed(plain: Reading, weighted: Reading) -> float:
    """The share of the gap between GD with momentum and Adam that weights close."""
    return 1 - gap(weighted) / gap(plain)


def adam_behind(reading: Reading) -> float:
    """L_Adam - L_GD+M, each method tuned."""
    momentum, adam = (reading.row(reading.tuned(method)) for method in ("gdm", "adam"))
    return adam["loss"] - momentum["loss"]


def adam_ahead(reading: Reading) -> float:
    """L_GD+M - L_Adam, each method tuned."""
    return -adam_behind(reading)


def adam_updates_ratio(reading: Reading) -> float:
    """Updates of Adam to the target over those of GD with momentum, each method tuned."""
    momentum, adam = (reading.row(reading.tuned(method)) for method in ("gdm", "adam"))
    return adam["arrived"] / momentum["arrived"]
