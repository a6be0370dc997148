"""What a run recorded, and the numbers that claims and figures take from it. No torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy
from numpy.typing import NDArray

from experiments.finite_sum.step_rules import DECREASING
from research.evidence.bounded_claim import NotDecided
from research.problems import finite_sum_bounds as bounds
from research.records.store import Record, RunStore

Floats = NDArray[numpy.float64]
SMALL = 0.0201
"""Largest step that counts as small."""
LATE = 300
"""Updates after which the slopes of decreasing steps are fitted."""

LEFT_OF_THE_START = 0.2
"""Share of a floor that the start may still make up where the floor counts as reached."""


@dataclass(frozen=True)
class Reading:
    """One run.

    Attributes:
        store: its folder.
        batch: examples of a batch.
        examples: m, terms of the sum.
    """

    store: RunStore
    batch: int
    examples: int

    @property
    def name(self) -> str:
        """variant/seed."""
        return f"{self.store.variant}/{self.store.seed}"

    @cached_property
    def constants(self) -> Mapping[str, float]:
        """The constants of its instance, by the names of `Constants`; empty before any row."""
        rows = self.store.metrics()
        row = rows[0] if rows else {}
        start = "constant/"
        return {key.removeprefix(start): row[key] for key in row if key.startswith(start)}

    def has(self, name: str) -> bool:
        """Whether an array is there."""
        return bool(self.store.arrays(name))

    def array(self, name: str) -> Floats:
        """The array of that name; each is recorded by one measurement.

        Raises:
            NotDecided: the run did not measure it.
        """
        arrays = list(self.store.arrays(name).values())
        if not arrays:
            raise NotDecided(f"{self.name} has not measured {name}")
        return arrays[0]

    @property
    def optimum_variance(self) -> float:
        """Variance of a batch's gradient at w*."""
        return self.constants["noise_at_minimum"] / self.batch


def read(record: Record) -> list[Reading]:
    """The runs of a record, in the order of its plan."""
    readings = []
    for store in record.runs():
        settings = record.plan.variants[store.variant].settings
        examples = int(settings["problem"]["examples"])
        readings.append(Reading(store, int(settings["batch_size"]), examples))
    return readings


def log_slope(x: Floats, y: Floats) -> float:
    """Least-squares slope of log y over log x; NaN where fewer than two are positive."""
    is_fit = (x > 0) & (y > 0) & numpy.isfinite(y)
    if is_fit.sum() < 2:
        return float("nan")
    return float(numpy.polyfit(numpy.log(x[is_fit]), numpy.log(y[is_fit]), 1)[0])


def rule_slope(reading: Reading, rule: str) -> float:
    """Slope of log(f - f*) over log k, k > 300, under a rule of `step_rules.DECREASING`."""
    steps = reading.array("decreasing_steps")
    gaps = reading.array("decreasing_mean")[:, list(DECREASING).index(rule)]
    return log_slope(steps[steps > LATE], gaps[steps > LATE])


@dataclass(frozen=True)
class Floors:
    """Noise floors beside every bound, [R] each, at the limit k -> infinity.

    Attributes:
        rates: a.
        level: measured f - f*.
        error: its standard error.
        leading: a s2/4 with s2 at w*.
        quadratic: noise as at w* everywhere.
        exact: least squares, exactly; NaN otherwise.
        slide: L G2 a/(4 mu) with G2 the largest second moment along the path.
        slide_at_optimum: the same with the variance at w* for G2.
        corrected: L a s2/(4 mu (1 - aL/2)), s2 the largest variance along the path; NaN from
            a = 2/L on.
        reached: whether the run was long enough: what is left of the start when the measurement of
            the level begins, at most (1 - 2 a mu)^(K/2) D, is a fifth of the level or less.
    """

    rates: Floats
    level: Floats
    error: Floats
    leading: Floats
    quadratic: Floats
    exact: Floats
    slide: Floats
    slide_at_optimum: Floats
    corrected: Floats
    reached: NDArray[numpy.bool_]


def floors(reading: Reading) -> Floors:
    """The floors of a run that measured them."""
    known, rates = reading.constants, reading.array("floors_rates")
    smoothness, mu = known["smoothness"], known["strong_convexity"]
    damping = 1 - rates * smoothness / 2
    per_unit = smoothness * rates / (4 * mu)
    level, updates = reading.array("floors_level"), reading.array("floors_steps")[-1]
    left = numpy.abs(1 - 2 * rates * mu) ** (updates / 2) * known["start_gap"]
    return Floors(
        rates=rates,
        level=level,
        reached=left <= LEFT_OF_THE_START * level,
        error=reading.array("floors_level_error"),
        leading=bounds.leading_floor(rates, reading.optimum_variance),
        quadratic=reading.array("floors_quadratic"),
        exact=reading.array("floors_exact"),
        slide=per_unit * reading.array("floors_second_moment"),
        slide_at_optimum=per_unit * reading.optimum_variance,
        corrected=per_unit
        * reading.array("floors_variance")
        / numpy.where(damping > 0, damping, numpy.nan),
    )


def path_ratios(reading: Reading) -> tuple[Floats, Floats]:
    """Largest measured/bound over all k: of the second-moment and of the variance bound, [R].

    NaN where the bound does not apply: a >= 1/(2 mu), or a >= 2/L.
    """
    known, rates = reading.constants, reading.array("floors_rates")
    steps, gaps = reading.array("floors_steps"), reading.array("floors_mean")
    moment, variance = reading.array("floors_second_moment"), reading.array("floors_variance")
    smoothness, mu = known["smoothness"], known["strong_convexity"]
    ratios = numpy.full((2, len(rates)), numpy.nan)
    for column, a in enumerate(rates):
        facts = (steps, float(a), smoothness, mu, known["start_gap"])
        if a < 1 / (2 * mu):
            bound = bounds.second_moment(*facts, float(moment[column]))
            ratios[0, column] = (gaps[:, column] / bound).max()
        if a < 2 / smoothness:
            bound = bounds.variance(*facts, float(variance[column]))
            ratios[1, column] = (gaps[:, column] / bound).max()
    return ratios[0], ratios[1]


def updates_to(gaps: Floats, targets: Floats, steps: Floats | None = None) -> Floats:
    """Updates until f - f* is first at most each target, interpolated in the log of the gap.

    Between observed updates a power of k is assumed, between successive ones a geometric gap.

    Args:
        gaps: [T], of any shape over k.
        targets: [E].
        steps: numbers of updates of `gaps`, [T]; 0, 1, ... if not given.

    Returns:
        [E]; NaN where it is never reached.
    """
    steps = numpy.arange(len(gaps), dtype=numpy.float64) if steps is None else steps
    found = []
    for target in targets:
        below = numpy.flatnonzero(gaps <= target)
        if not len(below) or below[0] == 0:
            found.append(numpy.nan if not len(below) else float(steps[0]))
            continue
        after = below[0]
        high, low = numpy.log(gaps[after - 1]), numpy.log(max(gaps[after], 1e-300))
        share = (high - numpy.log(target)) / (high - low)
        start, end = float(steps[after - 1]), float(steps[after])
        is_power = start > 0 and end - start > 1
        found.append(start * (end / start) ** share if is_power else start + share * (end - start))
    return numpy.array(found)


def best_of_grid(reading: Reading) -> tuple[Floats, Floats, NDArray[numpy.bool_]]:
    """The lowest f - f* of each tuned method at the end, its step, and whether it is interior."""
    final = reading.array("adagrad_mean")[-1]
    final = numpy.where(numpy.isfinite(final), final, numpy.inf)
    best = final.argmin(1)
    rows = numpy.arange(len(best))
    is_interior = (best > 0) & (best < final.shape[1] - 1)
    return final[rows, best], reading.array("adagrad_rates")[rows, best], is_interior
